// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "eddy/base/invoke.h"
#include "eddy/base/owned.h"
#include "eddy/combine/background.h"
#include "eddy/combine/context_manager.h"
#include "eddy/combine/detail/resource.h"
#include "eddy/combine/shield.h"
#include "eddy/core/signature.h"
#include "eddy/core/task.h"

namespace eddy {
namespace detail {

/// Something an ExitStack has to close.
class StackEntry {
 public:
  StackEntry() = default;
  StackEntry(const StackEntry&) = delete;
  StackEntry& operator=(const StackEntry&) = delete;
  virtual ~StackEntry() = default;
  virtual Task<> close(ExitReason why) = 0;

  Owned<StackEntry> below;
};

/// A resource. `Object` is a reference for what is used in place.
template <class Object>
class HeldEntry final : public StackEntry {
  using Entered = entered_by_t<Object>;
  static constexpr bool kKeeps = !std::is_void_v<Entered> && !std::is_reference_v<Entered>;
  struct Nothing {};

 public:
  explicit HeldEntry(Object&& object) : object_(std::forward<Object>(object)) {}

  Task<given_by_t<Object>> enter() {
    if constexpr (!HasAenter<Object>) {
      co_return object_;
    } else if constexpr (std::is_void_v<given_by_t<Object>>) {
      co_await object_.aenter();
    } else if constexpr (std::is_void_v<Entered>) {
      co_await object_.aenter();
      co_return object_;
    } else if constexpr (kKeeps) {
      Entered entered = co_await object_.aenter();
      entered_.emplace(std::move(entered));
      co_return *entered_;
    } else {
      co_return co_await object_.aenter();
    }
  }

  Task<> close(ExitReason why) override { return leave_object(object_, std::move(why)); }

 private:
  Object object_;
  std::conditional_t<kKeeps, std::optional<std::conditional_t<kKeeps, Entered, Nothing>>, Nothing> entered_;
};

/// A callback, with or without the reason.
template <class F>
class CallbackEntry final : public StackEntry {
  static constexpr bool kTakesReason = std::is_invocable_v<F&, ExitReason>;

 public:
  template <class... A>
  explicit CallbackEntry(std::in_place_t, A&&... a) : f_(std::forward<A>(a)...) {}

  Task<> close(ExitReason why) override {
    if constexpr (Awaitable<decltype(call(why))>) {
      co_await call(why);
    } else {
      call(why);
      co_return;
    }
  }

 private:
  decltype(auto) call(ExitReason& why) {
    if constexpr (kTakesReason) {
      return detail::invoke(f_, std::move(why));
    } else {
      return detail::invoke(f_);
    }
  }

  F f_;
};

}  // namespace detail

/// Resources and callbacks to be closed in the end, last in first out, their number known only at run time. Python's
/// `AsyncExitStack`.
///
///     ExitStack stack;
///     co_await with(stack, [&]() -> Task<> {
///       for (auto& path : paths) dbs.push_back(&co_await stack.enter(open_pool(path)));
///       …
///     });
///
/// `with(stack, body)`, or `co_await stack.aclose()`, closes everything, shielded, also when some of it throws: the
/// last error is thrown, earlier ones go to the loop's exception handler. Destroyed with something still open, it
/// destroys that (destructors close hard, callbacks do not run) and reports it.
class ExitStack {
 public:
  ExitStack() noexcept = default;
  ExitStack(ExitStack&& other) noexcept : top_(std::move(other.top_)) {}
  ExitStack& operator=(ExitStack&& other) noexcept {
    ExitStack old(std::move(*this));
    top_ = std::move(other.top_);
    return *this;
  }
  ~ExitStack();

  /// Opens a resource as `with` does; a reference to what the body of a `with` would receive, valid until it is closed.
  template <class R>
  auto enter(R&& resource) {
    static_assert(!detail::kIsBackground<std::remove_cvref_t<R>>,
                  "eddy: background() needs a body: with(background(…), body)");
    static_assert(!detail::kLvalueOneShot<R>,
                  "eddy: a Task is awaited once, as an rvalue: stack.enter(std::move(task))");
    return enter_resource<R>(std::forward<R>(resource));
  }

  /// Has `callback()`, or `callback(ExitReason)`, called in the end, and awaited if that is possible.
  template <class F>
  void push(F&& callback) {
    using Function = std::decay_t<F>;
    static_assert(std::is_invocable_v<Function&> || std::is_invocable_v<Function&, ExitReason>,
                  "eddy: a callback takes nothing or an eddy::ExitReason");
    add(make_owned<detail::CallbackEntry<Function>>(std::in_place, std::forward<F>(callback)));
  }
  /// Has `callback(args...)` called; it and the arguments are kept.
  template <class F, class... Args>
    requires(sizeof...(Args) > 0)
  void push(F&& callback, Args&&... args) {
    using Call = detail::stored_call_t<F, Args...>;
    add(make_owned<detail::CallbackEntry<Call>>(std::in_place, std::in_place, std::forward<F>(callback),
                                                std::forward<Args>(args)...));
  }

  /// Closes everything; the stack may then be used again.
  auto aexit(ExitReason why) { return shield(close_all(std::move(why))); }
  auto aclose() { return aexit(ExitReason()); }

  /// Hands everything over to another stack, so that leaving this one closes nothing: once the opening as a whole
  /// succeeded.
  ExitStack pop_all() noexcept { return std::move(*this); }

  bool empty() const noexcept { return !top_; }

 private:
  template <class R>
  Task<detail::given_by_t<detail::object_of_t<R>>> enter_resource(R resource);
  void add(Owned<detail::StackEntry> entry) noexcept;
  Owned<detail::StackEntry> pop() noexcept;
  Task<> close_all(ExitReason why);

  Owned<detail::StackEntry> top_;
};

template <class R>
Task<detail::given_by_t<detail::object_of_t<R>>> ExitStack::enter_resource(R resource) {
  using Object = detail::object_of_t<R>;
  using Entry = detail::HeldEntry<Object>;
  Owned<Entry> entry;
  if constexpr (detail::kIsObject<R>) {
    entry = make_owned<Entry>(std::forward<R>(resource));
  } else {
    Object object = co_await std::forward<R>(resource);
    entry = make_owned<Entry>(std::forward<Object>(object));
  }
  if constexpr (std::is_void_v<detail::given_by_t<Object>>) {
    co_await entry->enter();
    add(std::move(entry));
  } else {
    auto& given = co_await entry->enter();
    add(std::move(entry));
    co_return given;
  }
}

}  // namespace eddy
