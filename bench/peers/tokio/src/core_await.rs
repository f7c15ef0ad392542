// SPDX-License-Identifier: MIT
//! Turns of two tasks, and calls of one: what switching costs.
use crate::{keep::keep, on_one_thread, turns::Turns, Scenario};
use std::future::Future;
use std::pin::Pin;

const TURNS: u32 = 5;
const YIELDS: u32 = 100_000;
const DEPTH: u32 = 1_000;
const CALLS: u32 = 100;

pub const SCENARIOS: &[Scenario] = &[("yield_two", yield_two), ("nested_await", nested_await)];

async fn yield_often() {
    for _ in 0..YIELDS {
        tokio::task::yield_now().await;
    }
}

fn yield_two() -> f64 {
    on_one_thread(async move {
        let mut turns = Turns::new(TURNS);
        while turns.next() {
            let (a, b) = (tokio::spawn(yield_often()), tokio::spawn(yield_often()));
            a.await.unwrap();
            b.await.unwrap();
        }
        turns.seconds() / f64::from(2 * YIELDS)
    })
}

/// A call of itself has to be boxed.
fn nested(depth: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async move {
        if depth == 0 {
            return 0;
        }
        nested(depth - 1).await + 1
    })
}

fn nested_await() -> f64 {
    on_one_thread(async move {
        let mut turns = Turns::new(TURNS);
        while turns.next() {
            for _ in 0..CALLS {
                keep(nested(DEPTH).await);
            }
        }
        turns.seconds() / f64::from(DEPTH * CALLS)
    })
}
