// SPDX-License-Identifier: MIT
//! Tasks that hand over numbers, and tasks that take turns.
use crate::{keep::keep, on_one_thread, turns::Turns, Scenario};
use std::sync::Arc;
use tokio::sync::{mpsc, Semaphore};
use tokio::task::JoinSet;

const TURNS: u32 = 5;
const CAPACITY: usize = 100;
const ITEMS: u32 = 200_000;
const TASKS: u32 = 10_000;
const EACH: u32 = 10;

pub const SCENARIOS: &[Scenario] = &[
    ("queue_1_1", queue_1_1),
    ("queue_4_4", queue_4_4),
    ("semaphore_10", semaphore_10),
];

async fn all(mut group: JoinSet<()>) {
    while let Some(result) = group.join_next().await {
        result.unwrap();
    }
}

fn queue_1_1() -> f64 {
    on_one_thread(async move {
        let mut turns = Turns::new(TURNS);
        while turns.next() {
            let (sender, mut receiver) = mpsc::channel(CAPACITY);
            let mut group = JoinSet::new();
            group.spawn(async move {
                for i in 0..ITEMS {
                    sender.send(i).await.unwrap();
                }
            });
            group.spawn(async move {
                for _ in 0..ITEMS {
                    keep(receiver.recv().await.unwrap());
                }
            });
            all(group).await;
        }
        turns.seconds() / f64::from(ITEMS)
    })
}

/// Tokio has no queue of several consumers; its documentation recommends async-channel.
fn queue_4_4() -> f64 {
    on_one_thread(async move {
        let (sender, receiver) = async_channel::bounded(CAPACITY);
        let mut turns = Turns::new(TURNS);
        while turns.next() {
            let mut group = JoinSet::new();
            for _ in 0..4 {
                let sender = sender.clone();
                group.spawn(async move {
                    for i in 0..ITEMS / 4 {
                        sender.send(i).await.unwrap();
                    }
                });
            }
            for _ in 0..4 {
                let receiver = receiver.clone();
                group.spawn(async move {
                    for _ in 0..ITEMS / 4 {
                        keep(receiver.recv().await.unwrap());
                    }
                });
            }
            all(group).await;
        }
        turns.seconds() / f64::from(ITEMS)
    })
}

/// Held across a yield: without it nobody would ever wait.
async fn take_turns(semaphore: Arc<Semaphore>) {
    for _ in 0..EACH {
        let _permit = semaphore.acquire().await.unwrap();
        tokio::task::yield_now().await;
    }
}

fn semaphore_10() -> f64 {
    on_one_thread(async move {
        let semaphore = Arc::new(Semaphore::new(10));
        let mut turns = Turns::new(TURNS);
        while turns.next() {
            let mut group = JoinSet::new();
            for _ in 0..TASKS {
                group.spawn(take_turns(semaphore.clone()));
            }
            all(group).await;
        }
        turns.seconds() / f64::from(TASKS * EACH)
    })
}
