// SPDX-License-Identifier: MIT
//! Finds a scenario by its name and measures it; without a name, says what there is.
mod core_await;
mod core_cancel;
mod core_forks;
mod core_spawn;
mod core_sync;
mod core_time;
mod echo;
mod keep;
mod process;
mod threads;
mod turns;

use std::future::Future;
use tokio::runtime::Builder;

/// A name from scenarios.toml, and the function that measures it, in seconds or bytes.
pub type Scenario = (&'static str, fn() -> f64);

fn scenarios() -> impl Iterator<Item = &'static Scenario> {
    let core = core_spawn::SCENARIOS
        .iter()
        .chain(core_await::SCENARIOS)
        .chain(core_time::SCENARIOS)
        .chain(core_cancel::SCENARIOS)
        .chain(core_sync::SCENARIOS)
        .chain(core_forks::SCENARIOS);
    core.chain(threads::SCENARIOS).chain(echo::SCENARIOS)
}

/// Runs a core scenario in a runtime of one thread. As a task of its own: block_on's documentation says that other
/// futures do not perform as fast.
pub fn on_one_thread<T: Send + 'static>(body: impl Future<Output = T> + Send + 'static) -> T {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::spawn(body).await.unwrap() })
}

fn introduce() {
    println!("version\t{}", env!("PEER_VERSION"));
    for (name, _) in scenarios() {
        println!("scenario\t{name}");
    }
}

fn main() {
    let wanted = match std::env::args().nth(1) {
        Some(name) => name,
        None => return introduce(),
    };
    match scenarios().find(|(name, _)| *name == wanted) {
        Some((name, measure)) => println!("{name}\ts\t{:e}", measure()),
        None => {
            eprintln!("peer_tokio: no scenario '{wanted}'");
            std::process::exit(2);
        }
    }
}
