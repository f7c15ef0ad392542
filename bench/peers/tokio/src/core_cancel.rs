// SPDX-License-Identifier: MIT
//! Tasks that sleep three calls deep and are cancelled; that they were started is not counted.
use crate::{on_one_thread, Scenario};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio::time::sleep;

const TURNS: u32 = 200;
const TASKS: u32 = 100;
const COLD: u32 = 100_000;
const HOUR: Duration = Duration::from_secs(3_600);

pub const SCENARIOS: &[Scenario] = &[("cancel_one", cancel_one), ("cancel_100k", cancel_100k)];

async fn three_deep() {
    sleep(HOUR).await
}

async fn two_deep() {
    three_deep().await
}

async fn one_deep() {
    two_deep().await
}

async fn sleeping(count: u32) -> Vec<JoinHandle<()>> {
    let handles = (0..count).map(|_| tokio::spawn(one_deep())).collect();
    sleep(Duration::from_millis(2)).await;
    handles
}

/// One after another, each joined before the next.
fn cancel_one() -> f64 {
    on_one_thread(async move {
        let mut taken = Duration::ZERO;
        for turn in 0..=TURNS {
            let handles = sleeping(TASKS).await;
            let begin = Instant::now();
            for handle in handles {
                handle.abort();
                assert!(handle.await.unwrap_err().is_cancelled());
            }
            if turn > 0 {
                taken += begin.elapsed();
            }
        }
        taken.as_secs_f64() / f64::from(TURNS * TASKS)
    })
}

/// All at once, in a process where nothing ran before.
fn cancel_100k() -> f64 {
    on_one_thread(async move {
        let handles = sleeping(COLD).await;
        let begin = Instant::now();
        for handle in &handles {
            handle.abort();
        }
        for handle in handles {
            assert!(handle.await.unwrap_err().is_cancelled());
        }
        begin.elapsed().as_secs_f64() / f64::from(COLD)
    })
}
