// SPDX-License-Identifier: MIT
//
// The state is shared by the await and all copies of `done`. It ends once, whatever comes first:
//   pending ── done(…), any thread ──▶ settled: the await goes home with the result
//   pending ── a cancel ─────────────▶ cancelled: later calls of `done` find nobody and drop what they were given
//   pending ── the last copy dies ───▶ settled, with an error: the callback can never come
#pragma once

#include <atomic>
#include <exception>
#include <type_traits>
#include <utility>

#include "eddy/base/unique_function.h"
#include "eddy/core/body.h"
#include "eddy/threads/detail/remote_op.h"
#include "eddy/threads/detail/thread_call.h"

namespace eddy {
namespace detail {

class CallbackOp;

/// The part of the state that does not depend on the result.
class CallbackState {
 public:
  CallbackState() = default;
  CallbackState(const CallbackState&) = delete;
  CallbackState& operator=(const CallbackState&) = delete;

  /// Any thread. True: the caller has won, stores the result, then calls `settled`.
  bool begin_settling() noexcept;
  void settled() noexcept;
  /// Loop's thread. False: a result is on its way.
  bool cancel() noexcept;

  void ref_callback() noexcept { callbacks_.fetch_add(1, std::memory_order_relaxed); }
  void unref_callback() noexcept;
  void ref() noexcept { refs_.fetch_add(1, std::memory_order_relaxed); }
  void unref() noexcept {
    if (refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy();
  }

  CallbackOp* waiter = nullptr;
  std::exception_ptr error;

 protected:
  ~CallbackState() = default;
  virtual void destroy() noexcept = 0;

 private:
  enum : std::uint32_t { kPending, kSettling, kCancelled };
  std::atomic<std::uint32_t> phase_{kPending};
  std::atomic<std::uint32_t> callbacks_{0};
  std::atomic<std::uint32_t> refs_{1};
};

template <class T>
class CallbackResult final : public CallbackState {
 public:
  ThreadResult<T> value;

 private:
  void destroy() noexcept override { delete this; }
};

class CallbackRef {
 public:
  explicit CallbackRef(CallbackState* state) noexcept : state_(state) { hold(); }
  CallbackRef(const CallbackRef& other) noexcept : state_(other.state_) { hold(); }
  CallbackRef(CallbackRef&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  CallbackRef& operator=(CallbackRef other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~CallbackRef();

 protected:
  CallbackState& state() const;

 private:
  void hold() noexcept;
  CallbackState* state_;
};

}  // namespace detail

/// What `from_callback` hands to the API: call it once, from any thread, with the result, or `fail` it with an error.
/// Copies are the same callback: the first call counts. A result that nobody waits for any more is dropped.
template <class T = void>
class Callback : public detail::CallbackRef {
 public:
  using CallbackRef::CallbackRef;

  template <class... A>
    requires(std::is_void_v<T> ? sizeof...(A) == 0 : std::is_constructible_v<detail::task_stored_t<T>, A...>)
  void operator()(A&&... value) const {
    detail::CallbackState& shared = state();
    if (!shared.begin_settling()) return;
    try {
      static_cast<detail::CallbackResult<T>&>(shared).value.store(std::forward<A>(value)...);
    } catch (...) {
      shared.error = std::current_exception();
    }
    shared.settled();
  }
  void fail(std::exception_ptr error) const {
    detail::CallbackState& shared = state();
    if (!shared.begin_settling()) return;
    shared.error = std::move(error);
    shared.settled();
  }
  template <class E>
    requires(!std::is_same_v<std::decay_t<E>, std::exception_ptr>)
  void fail(E&& error) const {
    fail(std::make_exception_ptr(std::forward<E>(error)));
  }

  /// For C: a pointer to pass as user data. Whoever gets it back makes the callback of it again, exactly once, with
  /// `from_pointer`; until then the API holds it.
  void* to_pointer() const { return new Callback(*this); }
  static Callback from_pointer(void* pointer) {
    auto* boxed = static_cast<Callback*>(pointer);
    Callback callback(std::move(*boxed));
    delete boxed;
    return callback;
  }
};

namespace detail {

class CallbackOp : public RemoteOp {
 public:
  explicit CallbackOp(CallbackState* state) noexcept : state_(state) {}
  CallbackOp(CallbackOp&& other) noexcept
      : RemoteOp(static_cast<RemoteOp&&>(other)), state_(std::exchange(other.state_, nullptr)) {}

  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;
  void tell() noexcept { send_home(); }

 protected:
  ~CallbackOp();
  /// Calls the API; may throw. What it returns is called on a cancel, if it can be.
  virtual void initiate(UniqueFunction<void()>& on_cancel) = 0;
  void check() {
    if (state_->error) std::rethrow_exception(std::exchange(state_->error, nullptr));
  }
  CallbackState* state_;

 private:
  bool arrive() noexcept final;
  void tell_api() noexcept;
  UniqueFunction<void()> on_cancel_;
};

template <class T, class F>
class [[nodiscard("co_await it")]] FromCallbackOp final : public CallbackOp, public AwaitLeaf<FromCallbackOp<T, F>> {
 public:
  template <class G>
  explicit FromCallbackOp(std::in_place_t, G&& initiate)
      : CallbackOp(new CallbackResult<T>), initiate_(std::forward<G>(initiate)) {}
  FromCallbackOp(FromCallbackOp&&) = default;

  T take() {
    check();
    return static_cast<CallbackResult<T>*>(state_)->value.take();
  }

 private:
  void initiate(UniqueFunction<void()>& on_cancel) override {
    using Returned = std::invoke_result_t<F&, Callback<T>>;
    if constexpr (std::is_invocable_v<std::add_lvalue_reference_t<Returned>>) {
      on_cancel = initiate_(Callback<T>(state_));
    } else {
      static_cast<void>(initiate_(Callback<T>(state_)));
    }
  }
  F initiate_;
};

template <class T>
struct FromCallback {
  template <class F>
  auto operator()(F&& initiate) const {
    check_closure<F>();
    return FromCallbackOp<T, std::decay_t<F>>(std::in_place, std::forward<F>(initiate));
  }
};

}  // namespace detail

/// Awaits an API that calls back: calls `initiate(done)` and waits until `done` was called, here or in another thread.
///
///     int n = co_await from_callback<int>([&](eddy::Callback<int> done) { c_api_read(fd, done); });
///
/// If `initiate` returns something callable, a cancel calls it before the frames around the await go, to tell the API.
/// Either way the await then ends as cancelled, and what `done` is called with later is dropped: the API must not refer
/// to anything of the caller's then. If every copy of `done` is destroyed uncalled, the await throws RuntimeError. What
/// `initiate` throws, the await throws.
template <class T = void>
inline constexpr detail::FromCallback<T> from_callback{};

}  // namespace eddy
