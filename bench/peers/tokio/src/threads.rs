// SPDX-License-Identifier: MIT
use crate::{turns::Turns, Scenario};
use rayon::prelude::*;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

const TURNS: u32 = 5;
const CALLS: u32 = 1_000;
const MANY: u32 = 100_000;
const ITEMS: usize = 200_000;

pub const SCENARIOS: &[Scenario] = &[
    ("to_thread_round_trip", to_thread_round_trip),
    ("to_thread_100k", to_thread_100k),
    ("pool_run_100k", pool_run_100k),
    ("pool_map", pool_map),
    ("pool_parallel_for", pool_parallel_for),
];

fn nothing() {}

fn runtime() -> Builder {
    Builder::new_current_thread()
}

fn to_thread_round_trip() -> f64 {
    runtime().build().unwrap().block_on(async {
        let mut turns = Turns::new(TURNS);
        while turns.next() {
            for _ in 0..CALLS {
                spawn_blocking(nothing).await.unwrap();
            }
        }
        turns.seconds() / f64::from(CALLS)
    })
}

fn many_at_once(runtime: Runtime) -> f64 {
    runtime.block_on(async {
        let mut turns = Turns::new(TURNS);
        while turns.next() {
            let calls: Vec<_> = (0..MANY).map(|_| spawn_blocking(nothing)).collect();
            for call in calls {
                call.await.unwrap();
            }
        }
        turns.seconds() / f64::from(MANY)
    })
}

fn to_thread_100k() -> f64 {
    many_at_once(runtime().build().unwrap())
}

fn pool_run_100k() -> f64 {
    many_at_once(runtime().max_blocking_threads(1).build().unwrap())
}

// --- work on two threads: rayon, as tokio's documentation says -----------------------------------------------------

/// Some 100 ns; more for later items, so that an even split is not a fair one.
fn crunch(item: usize) -> f64 {
    let mut x = (item % 1000) as f64 + 1.0;
    let rounds = 5 + (item * 20 / ITEMS) as i32;
    for i in 0..rounds {
        x = (x + f64::from(i)).sqrt();
    }
    x
}

fn two_threads() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .unwrap()
}

/// Computes in the pool while the loop is free for others.
async fn compute<R: Send + 'static>(
    pool: &rayon::ThreadPool,
    work: impl FnOnce() -> R + Send + 'static,
) -> R {
    let (sender, result) = oneshot::channel();
    pool.spawn(move || drop(sender.send(work())));
    result.await.unwrap()
}

fn pool_map() -> f64 {
    let pool = two_threads();
    runtime().build().unwrap().block_on(async {
        let mut turns = Turns::new(10 * TURNS);
        while turns.next() {
            let _results: Vec<f64> =
                compute(&pool, || (0..ITEMS).into_par_iter().map(crunch).collect()).await;
        }
        turns.seconds()
    })
}

fn pool_parallel_for() -> f64 {
    let pool = two_threads();
    runtime().build().unwrap().block_on(async {
        let mut results = vec![0.0; ITEMS];
        let mut turns = Turns::new(10 * TURNS);
        while turns.next() {
            results = compute(&pool, move || {
                results
                    .par_iter_mut()
                    .enumerate()
                    .for_each(|(i, result)| *result = crunch(i));
                results
            })
            .await;
        }
        turns.seconds()
    })
}
