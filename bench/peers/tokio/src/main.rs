// SPDX-License-Identifier: MIT
mod echo;
mod threads;
mod turns;

/// A name from scenarios.toml, and the function that measures it, in seconds.
pub type Scenario = (&'static str, fn() -> f64);

fn scenarios() -> impl Iterator<Item = &'static Scenario> {
    threads::SCENARIOS.iter().chain(echo::SCENARIOS)
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
