// SPDX-License-Identifier: MIT
//! Tasks that do nothing: what it costs to start one and to see its end.
use crate::{on_one_thread, turns::Turns, Scenario};
use tokio::task::JoinSet;

const TURNS: u32 = 5;
const CALLS: u32 = 100_000;
const MANY: u32 = 10_000;
const BATCH: u32 = 100;

pub const SCENARIOS: &[Scenario] = &[
    ("spawn_join", spawn_join),
    ("spawn_join_result", spawn_join_result),
    ("spawn_10k", spawn_10k),
    ("spawn_batches", spawn_batches),
];

async fn nothing() {}

async fn number(value: u32) -> u32 {
    value
}

fn spawn_join() -> f64 {
    on_one_thread(async move {
        let mut turns = Turns::new(TURNS);
        while turns.next() {
            for _ in 0..CALLS {
                tokio::spawn(nothing()).await.unwrap();
            }
        }
        turns.seconds() / f64::from(CALLS)
    })
}

fn spawn_join_result() -> f64 {
    on_one_thread(async move {
        let mut turns = Turns::new(TURNS);
        let mut sum: u64 = 0;
        while turns.next() {
            for i in 0..CALLS {
                let handle = tokio::spawn(number(i));
                sum += u64::from(handle.await.unwrap());
            }
        }
        assert!(sum > 0);
        turns.seconds() / f64::from(CALLS)
    })
}

/// `count` tasks at once, `times` times in a turn.
fn batches(count: u32, times: u32) -> f64 {
    on_one_thread(async move {
        let mut turns = Turns::new(TURNS);
        while turns.next() {
            for _ in 0..times {
                let mut group = JoinSet::new();
                for _ in 0..count {
                    group.spawn(nothing());
                }
                while let Some(result) = group.join_next().await {
                    result.unwrap();
                }
            }
        }
        turns.seconds() / f64::from(count * times)
    })
}

fn spawn_10k() -> f64 {
    batches(MANY, 10)
}

fn spawn_batches() -> f64 {
    batches(BATCH, 1_000)
}
