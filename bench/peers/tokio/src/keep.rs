// SPDX-License-Identifier: MIT

/// The compiler may not drop the computation of `value`: std::hint::black_box, which Debian's compiler does not have.
pub fn keep<T: Copy>(value: T) {
    // Safe: a reference is valid to read from.
    unsafe { std::ptr::read_volatile(&value) };
}
