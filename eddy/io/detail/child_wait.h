// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <utility>

#include "eddy/core/awaitable.h"

namespace eddy::detail {

class ChildState;

/// `process.wait()`.
class [[nodiscard("co_await it")]] ChildWait final : public Op, public AwaitLeaf<ChildWait> {
 public:
  explicit ChildWait(std::shared_ptr<ChildState> child) noexcept : child_(std::move(child)) {}
  ChildWait(ChildWait&&) = default;

  bool ready() const noexcept;
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;
  int take() const;

 private:
  std::shared_ptr<ChildState> child_;
  bool foreign_ = false;
};

}  // namespace eddy::detail
