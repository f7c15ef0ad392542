// SPDX-License-Identifier: MIT
use std::time::{Duration, Instant};

/// Turns of the same work, and the time of their mean; the first is not counted, because it warms up.
pub struct Turns {
    count: u32,
    turn: u32,
    begin: Instant,
    taken: Duration,
}

impl Turns {
    pub fn new(count: u32) -> Turns {
        Turns {
            count,
            turn: 0,
            begin: Instant::now(),
            taken: Duration::ZERO,
        }
    }

    pub fn next(&mut self) -> bool {
        if self.turn == 1 {
            self.begin = Instant::now();
        }
        self.turn += 1;
        if self.turn <= self.count + 1 {
            return true;
        }
        self.taken = self.begin.elapsed();
        false
    }

    pub fn seconds(&self) -> f64 {
        self.taken.as_secs_f64() / f64::from(self.count)
    }
}
