// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <system_error>
#include <utility>

#include <gtest/gtest.h>

#include "eddy/combine/outcome.h"
#include "eddy/core/task.h"

namespace eddy {

/// What the system error says in which the operation ends.
template <class A>
Task<std::string> message_of(A operation, std::errc expected) {
  auto ended = co_await outcome(std::move(operation));
  try {
    ended.value();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), expected) << error.what();
    co_return error.what();
  }
  ADD_FAILURE() << "no error";
  co_return "";
}

inline void expect_in(const std::string& part, const std::string& whole) {
  EXPECT_NE(whole.find(part), whole.npos) << whole;
}

}  // namespace eddy
