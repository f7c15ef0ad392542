// SPDX-License-Identifier: MIT
//! Which tokio and rayon the lock file chose, and which compiler: a crate does not know the versions of others.
use std::{env, fs, process::Command};

fn locked(lock: &str, name: &str) -> String {
    let entry = lock
        .split("[[package]]")
        .find(|entry| entry.contains(&format!("name = \"{name}\"")));
    let version = entry
        .and_then(|entry| entry.split("version = \"").nth(1))
        .and_then(|rest| rest.split('"').next());
    format!("{name} {}", version.unwrap_or("?"))
}

fn main() {
    let lock = fs::read_to_string("Cargo.lock").unwrap();
    let rustc = Command::new(env::var("RUSTC").unwrap())
        .arg("--version")
        .output()
        .unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    println!(
        "cargo:rustc-env=PEER_VERSION={}, {}, {}",
        locked(&lock, "tokio"),
        locked(&lock, "rayon"),
        rustc.trim()
    );
}
