// SPDX-License-Identifier: MIT
//
// Phases of a ContextManager:  made ──aenter──▶ entering ──co_yield──▶ entered ──aexit──▶ exiting ──▶ ended
// 1. It owns the frame except while entering and exiting, when the chain of who waits does.
// 2. An end of the coroutine where none is due (before the co_yield), or none where one is due (a second co_yield), is
// a
//    RuntimeError of that phase.
#pragma once

#include <coroutine>
#include <cstdint>
#include <source_location>
#include <type_traits>
#include <utility>

#include "eddy/base/invoke.h"
#include "eddy/base/unit.h"
#include "eddy/combine/exit_reason.h"
#include "eddy/core/awaitable.h"

namespace eddy {

template <class T = void>
class ContextManager;

namespace detail {

/// The part of a manager's promise that does not depend on what it gives.
struct ManagerPromiseBase : PromiseBase {
  ExitReason reason;

  explicit ManagerPromiseBase(std::source_location made) noexcept : PromiseBase(made) {}
  void return_void() noexcept { parent.set_tag(kValue); }

  /// `co_yield`: parks the manager until the body has ended; gives how it did.
  class Yield {
   public:
    explicit Yield(ManagerPromiseBase& promise) noexcept : promise_(&promise) {}
    bool await_ready() const noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P>,
                                          std::source_location here = std::source_location::current()) const noexcept {
      promise_->where = here;
      return transfer(Step::resume(std::exchange(promise_->parent, Cont())));
    }
    ExitReason await_resume() const noexcept { return std::move(promise_->reason); }

   private:
    ManagerPromiseBase* promise_;
  };
};

template <class T>
struct ManagerPromise : ManagerPromiseBase {
  T* given = nullptr;

  explicit ManagerPromise(std::source_location made = std::source_location::current()) noexcept
      : ManagerPromiseBase(made) {}
  ContextManager<T> get_return_object() noexcept { return ContextManager<T>(this); }

  Yield yield_value(T& object) noexcept {
    given = address_of(object);
    return Yield(*this);
  }
  Yield yield_value(T&& object) noexcept { return yield_value(static_cast<T&>(object)); }  // lives until the exit
};

template <>
struct ManagerPromise<void> : ManagerPromiseBase {
  explicit ManagerPromise(std::source_location made = std::source_location::current()) noexcept
      : ManagerPromiseBase(made) {}
  ContextManager<void> get_return_object() noexcept;
  Yield yield_value(Unit) noexcept { return Yield(*this); }
};

/// The part of a manager that does not depend on what it gives.
class ManagerBase {
 public:
  enum class Phase : std::uint8_t { kMade, kEntering, kEntered, kExiting, kEnded };

  explicit ManagerBase(ManagerPromiseBase* promise) noexcept : promise_(promise) {}
  ManagerBase(ManagerBase&& other) noexcept
      : promise_(std::exchange(other.promise_, nullptr)), phase_(std::exchange(other.phase_, Phase::kEnded)) {}
  ManagerBase& operator=(ManagerBase&& other) noexcept {
    std::swap(promise_, other.promise_);
    std::swap(phase_, other.phase_);
    return *this;
  }
  ~ManagerBase();

  ManagerPromiseBase* promise() const noexcept { return promise_; }

 private:
  friend class ManagerOp;
  ManagerPromiseBase* promise_;
  Phase phase_ = Phase::kMade;
};

/// Runs a manager to its `co_yield`, or from there to its end.
class ManagerOp : public Op {
 public:
  using Phase = ManagerBase::Phase;

  bool ready() const noexcept { return manager_->phase_ != from_; }  // misuse: says so in take()
  Step start(Strand& strand, Cont cont) noexcept;
  Step child_done() noexcept override { return Step::resume(cont()); }
  Step child_cancelled() noexcept override;

 protected:
  ManagerOp(ManagerBase& manager, Phase from) noexcept : manager_(&manager), from_(from) {}
  ManagerOp(ManagerOp&&) = default;
  ~ManagerOp() = default;

  void check_entered();
  void check_exited();
  ManagerBase& manager() const noexcept { return *manager_; }

 private:
  void rethrow_end(std::exception_ptr otherwise);

  ManagerBase* manager_;
  Phase from_;
};

template <class T>
class [[nodiscard("co_await it")]] EnterManager final : public ManagerOp, public Await<EnterManager<T>> {
 public:
  explicit EnterManager(ManagerBase& manager) noexcept : ManagerOp(manager, Phase::kMade) {}
  std::add_lvalue_reference_t<T> take() {
    check_entered();
    if constexpr (!std::is_void_v<T>) return *static_cast<ManagerPromise<T>*>(manager().promise())->given;
  }
};

class [[nodiscard("co_await it")]] ExitManager final : public ManagerOp, public Await<ExitManager> {
 public:
  ExitManager(ManagerBase& manager, ExitReason reason) noexcept
      : ManagerOp(manager, Phase::kEntered), reason_(std::move(reason)) {}
  Step start(Strand& strand, Cont cont) noexcept {
    manager().promise()->reason = std::move(reason_);
    return ManagerOp::start(strand, cont);
  }
  void take() { check_exited(); }

 private:
  ExitReason reason_;
};

}  // namespace detail

/// A coroutine as a resource for `with`: what is before its one `co_yield` opens, what is behind it closes. Python's
/// `@asynccontextmanager`.
///
///     ContextManager<Connection> managed(std::string host) {
///       auto conn = co_await connect(host);
///       ExitReason why = co_yield conn;     // the body runs here, with a reference to conn
///       co_await conn.close();              // on value, error and cancellation alike, shielded
///     }
///
/// Unlike in Python the body's error is not thrown at the `co_yield`: it returns the reason, so that the cleanup runs
/// without a `try`, and the error cannot be swallowed. Entered once. Destroyed between `aenter` and `aexit`, its locals
/// are destroyed and no code of it runs. `ContextManager<>` gives the body nothing: `co_yield {}`.
template <class T>
class [[nodiscard("give it to with()")]] ContextManager : private detail::ManagerBase {
  static_assert(!std::is_reference_v<T>,
                "eddy: a manager hands out a T& anyway: write ContextManager<T> instead of ContextManager<T&>");

 public:
  using promise_type = detail::ManagerPromise<T>;

  ContextManager(ContextManager&&) noexcept = default;
  ContextManager& operator=(ContextManager&&) noexcept = default;

  /// Runs it to its `co_yield`; a reference to what it yields.
  detail::EnterManager<T> aenter() noexcept { return detail::EnterManager<T>(*this); }
  /// Runs it to its end; throws what it throws.
  detail::ExitManager aexit(ExitReason reason) noexcept { return detail::ExitManager(*this, std::move(reason)); }

 private:
  friend promise_type;
  explicit ContextManager(promise_type* promise) noexcept : ManagerBase(promise) {}
};

inline ContextManager<void> detail::ManagerPromise<void>::get_return_object() noexcept {
  return ContextManager<void>(this);
}

}  // namespace eddy
