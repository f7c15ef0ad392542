// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <typeinfo>

#include "eddy/core/node.h"

namespace eddy::debug::detail {

/// What a task waits for, in a form that is quick to take down and outlives the operation: its type.
class WaitName {
 public:
  WaitName() noexcept = default;
  explicit WaitName(const eddy::detail::Op& op) noexcept : type_(&typeid(op)) {}

  explicit operator bool() const noexcept { return type_ != nullptr; }
  const void* key() const noexcept { return type_; }
  /// "Sleep", "QueueGet".
  std::string text() const;

 private:
  const std::type_info* type_ = nullptr;
};

}  // namespace eddy::debug::detail
