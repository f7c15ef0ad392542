// SPDX-License-Identifier: MIT
//
// What gather, race and first_success share: several operations run as branches of one task.
//
// 1. A branch is a strand: its own leaf and scopes, but the task's identity. It can be cancelled only with its owner.
// 2. The owner ends when every branch has ended; then its scope is popped and the task goes on.
// 3. What a branch ended in is taken out of its frame when it ends; the decision what to do about it is the owner's.
#pragma once

#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

#include "eddy/base/invoke.h"
#include "eddy/base/unit.h"
#include "eddy/core/awaitable.h"
#include "eddy/core/outcome.h"
#include "eddy/core/scope.h"

namespace eddy::detail {

class Branches;

/// The part of a branch that does not depend on what it runs.
class BranchBase : public Strand {
 public:
  enum Flag : std::uint32_t { kDone = CancelScope::kFirstFree << 18, kFailed = kDone << 1, kStopped = kDone << 2 };

  void run() noexcept override;
  Step child_done() noexcept override;
  Step child_cancelled() noexcept override;

  bool failed() const noexcept { return root.has(kFailed); }
  bool stopped() const noexcept { return root.has(kStopped); }
  bool has_value() const noexcept { return root.has(kDone) && !root.has(kFailed | kStopped); }

  std::exception_ptr error;

 protected:
  BranchBase() = default;
  ~BranchBase() {
    if (error) report_unseen_error();
  }

  virtual Step launch() noexcept = 0;
  /// Destroys an operation that never ran.
  virtual void drop() noexcept = 0;
  /// Stores the operation's value; throws its error.
  virtual void keep() = 0;

 private:
  Step end(std::uint32_t how) noexcept;
  void report_unseen_error() noexcept;
};

template <Operation O>
class Branch final : public BranchBase {
 public:
  using Result = decltype(std::declval<O&>().take());
  using Value = std::conditional_t<
      std::is_void_v<Result>, Unit,
      std::conditional_t<std::is_reference_v<Result>, std::add_pointer_t<std::remove_reference_t<Result>>,
                         std::remove_const_t<Result>>>;

  Branch() noexcept {}
  explicit Branch(O&& operation) { set(std::move(operation)); }
  ~Branch() {
    if (holds_ == Holds::kOperation) operation_.~O();
    if (holds_ == Holds::kValue) value_.~Value();
  }

  void set(O&& operation) {
    new (static_cast<void*>(address_of(operation_))) O(std::move(operation));
    holds_ = Holds::kOperation;
    if constexpr (requires { operation_.own(); }) operation_.own();
  }

  O& operation() noexcept { return operation_; }

  /// The value; references as such, void as Unit.
  decltype(auto) take() {
    if constexpr (std::is_reference_v<Result>) {
      return static_cast<Result>(*value_);
    } else {
      return Value(std::move(value_));
    }
  }

 private:
  enum class Holds : unsigned char { kNothing, kOperation, kValue };

  Step launch() noexcept override { return start_child(operation_, *this, Cont(*this)); }

  void drop() noexcept override {
    if (holds_ != Holds::kOperation) return;
    holds_ = Holds::kNothing;
    operation_.~O();
  }

  void keep() override {
    struct End {
      Branch& branch;
      ~End() { branch.drop(); }
    };
    if constexpr (std::is_void_v<Result>) {
      End end{*this};
      operation_.take();
    } else if constexpr (std::is_reference_v<Result>) {
      Value value = [this] {
        End end{*this};
        return address_of(operation_.take());
      }();
      new (static_cast<void*>(address_of(value_))) Value(value);
      holds_ = Holds::kValue;
    } else {
      Value value = [this]() -> Value {
        End end{*this};
        return operation_.take();
      }();
      new (static_cast<void*>(address_of(value_))) Value(std::move(value));
      holds_ = Holds::kValue;
    }
  }

  Holds holds_ = Holds::kNothing;
  union {
    O operation_;
    Value value_;
  };
};

/// The owner of branches, and the leaf its task waits at meanwhile.
class Branches : public Op, public Owner {
 public:
  void cancel() noexcept override {}  // the branches are cancelled themselves; the last of them continues us

 protected:
  Branches() = default;
  Branches(Branches&&) noexcept : Op(), Owner() {}  // not opened yet
  ~Branches() = default;

  void describe_as(const char* what, bool any, OpDescription& to) const;
  void open(Strand& strand, Cont cont) noexcept;
  void add(BranchBase& branch) noexcept;
  /// Call when the last branch was added.
  Step wait() noexcept;

  /// A branch has ended; `true` cancels the others.
  virtual bool decide(BranchBase& branch) noexcept = 0;
  /// All have ended: true when there is a result or an error to take, false when this ended as cancelled.
  virtual bool conclusive() noexcept = 0;

 private:
  Step kid_ended(Strand& kid) noexcept override;
  Step finish() noexcept;
  bool waiting_ = false;
  bool decided_ = false;
};

/// An error that lost against another one: to the loop's handler.
void report_late_error(const char* what, std::exception_ptr error) noexcept;

}  // namespace eddy::detail
