// SPDX-License-Identifier: MIT
//! What this process used until now, as the kernel says.
use std::fs;

fn fields(path: &str) -> Vec<f64> {
    let text = fs::read_to_string(path).unwrap();
    let numbers = text.rsplit(')').next().unwrap(); // what is before is a name
    numbers
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0.0))
        .collect()
}

/// Without what is mapped from files, such as code.
pub fn resident_bytes() -> f64 {
    let statm = fields("/proc/self/statm");
    (statm[1] - statm[2]) * 4096.0
}

/// In user space and kernel, in steps of a hundredth.
pub fn cpu_seconds() -> f64 {
    let stat = fields("/proc/self/stat");
    (stat[11] + stat[12]) / 100.0
}
