// SPDX-License-Identifier: MIT
//! Timeouts that do not fire, timers that are stopped, and very many sleepers.
use crate::process::{cpu_seconds, resident_bytes};
use crate::{keep::keep, on_one_thread, turns::Turns, Scenario};
use std::future::Future;
use std::time::Duration;
use tokio::time::{sleep, timeout};

const TURNS: u32 = 5;
const CALLS: u32 = 100_000;
const MILLION: u64 = 1_000_000;
const LONG: Duration = Duration::from_secs(30);

pub const SCENARIOS: &[Scenario] = &[
    ("wait_for_ready", wait_for_ready),
    ("wait_for_yield", wait_for_yield),
    ("timer_churn", timer_churn),
    ("sleepers_bytes", sleepers_bytes),
    ("sleepers_cpu", sleepers_cpu),
];

async fn ready() -> u32 {
    1
}

async fn yields_once() -> u32 {
    tokio::task::yield_now().await;
    1
}

fn with_timeout<F>(work: impl Fn() -> F + Send + Sync + 'static) -> f64
where
    F: Future<Output = u32> + Send,
{
    on_one_thread(async move {
        let mut turns = Turns::new(TURNS);
        while turns.next() {
            for _ in 0..CALLS {
                keep(timeout(LONG, work()).await.unwrap());
            }
        }
        turns.seconds() / f64::from(CALLS)
    })
}

fn wait_for_ready() -> f64 {
    with_timeout(ready)
}

fn wait_for_yield() -> f64 {
    with_timeout(yields_once)
}

/// A timer is a future: it is started by being asked the first time, and stopped by being dropped.
fn timer_churn() -> f64 {
    on_one_thread(async move {
        let mut turns = Turns::new(TURNS);
        while turns.next() {
            for _ in 0..CALLS {
                tokio::select! {
                    biased;
                    _ = sleep(LONG) => unreachable!(),
                    _ = ready() => {}
                }
            }
        }
        turns.seconds() / f64::from(CALLS)
    })
}

/// From one second to ten, each of another length, in no order.
fn nap_length(i: u64) -> Duration {
    let place = i * 7_919 % MILLION; // a prime, so that each place is taken once
    Duration::from_secs(1) + Duration::from_nanos(9_000 * place)
}

async fn nap(length: Duration) {
    sleep(length).await
}

/// Memory once all sleep; nobody wakes meanwhile.
fn sleepers_bytes() -> f64 {
    on_one_thread(async move {
        let before = resident_bytes();
        for i in 0..MILLION {
            tokio::spawn(nap(1_000 * nap_length(i)));
        }
        sleep(Duration::from_millis(10)).await;
        (resident_bytes() - before) / MILLION as f64
    })
}

fn sleepers_cpu() -> f64 {
    on_one_thread(async move {
        let sleepers: Vec<_> = (0..MILLION)
            .map(|i| tokio::spawn(nap(nap_length(i))))
            .collect();
        for sleeper in sleepers {
            sleeper.await.unwrap();
        }
    });
    cpu_seconds()
}
