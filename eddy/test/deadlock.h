// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>

namespace eddy::test {

/// A run under test can never end: nothing is ready, no timer is armed, no I/O is pending. Or it took too much real
/// time.
///
/// The message says which, and shows what every task waits for. Leaves `eddy::test::run`; the tasks have been
/// cancelled.
class Deadlock : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace eddy::test
