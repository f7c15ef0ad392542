// SPDX-License-Identifier: MIT
//! Fork and join: work that splits itself, on one loop.
use crate::{on_one_thread, turns::Turns, Scenario};
use std::future::Future;
use std::pin::Pin;
use tokio::task::JoinSet;

const TURNS: u32 = 1;
const NUMBER: u32 = 30;
const RESULT: u32 = 832_040;
const CALLS: f64 = 2_692_537.0; // of fibonacci(30)
const LEAVES: u64 = 1_000_000;
const ACTORS: f64 = 1_111_111.0;

pub const SCENARIOS: &[Scenario] = &[("fork_fib", fork_fib), ("fork_skynet", fork_skynet)];

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

fn fibonacci(n: u32) -> Boxed<u32> {
    Box::pin(async move {
        if n < 2 {
            return n;
        }
        let (a, b) = tokio::join!(fibonacci(n - 1), fibonacci(n - 2));
        a + b
    })
}

fn fork_fib() -> f64 {
    on_one_thread(async move {
        let mut turns = Turns::new(TURNS);
        while turns.next() {
            assert_eq!(fibonacci(NUMBER).await, RESULT);
        }
        turns.seconds() / CALLS
    })
}

/// The sum of the numbers of the leaves below, ten children each.
fn skynet(first: u64, size: u64) -> Boxed<u64> {
    Box::pin(async move {
        if size == 1 {
            return first;
        }
        let mut children = JoinSet::new();
        for i in 0..10 {
            children.spawn(skynet(first + i * size / 10, size / 10));
        }
        let mut sum = 0;
        while let Some(below) = children.join_next().await {
            sum += below.unwrap();
        }
        sum
    })
}

fn fork_skynet() -> f64 {
    on_one_thread(async move {
        let mut turns = Turns::new(TURNS);
        while turns.next() {
            assert_eq!(skynet(0, LEAVES).await, LEAVES * (LEAVES - 1) / 2);
        }
        turns.seconds() / ACTORS
    })
}
