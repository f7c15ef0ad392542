// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <typeinfo>

#include "eddy/core/node.h"
#include "eddy/debug/detail/type_name.h"

namespace eddy::debug::detail {

/// What a task waits for, in a form that is quick to take down and outlives the operation: its type. What the operation
/// itself would say (`Node::describe`) costs a dispatch several times over, more still with many children.
class WaitName {
 public:
  WaitName() noexcept = default;
  explicit WaitName(const eddy::detail::Op& op) noexcept : type_(&typeid(op)) {}

  const void* key() const noexcept { return type_; }
  /// "Sleep", "LockAcquire".
  std::string text() const { return type_ ? type_name(*type_) : std::string(); }

 private:
  const std::type_info* type_ = nullptr;
};

}  // namespace eddy::debug::detail
