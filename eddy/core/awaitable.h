// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <coroutine>
#include <source_location>
#include <type_traits>
#include <utility>

#include "eddy/core/node.h"
#include "eddy/core/promise.h"
#include "eddy/core/scope.h"

namespace eddy {
namespace detail {

/// What combinators hold: something that can be started once on a strand and then has a result to take.
///
/// - `ready()`: true when it can end without suspending; it has then committed and `take()` follows at once.
/// - `start()`: begins; the step continues whoever is next. Ends in `child_done`/`child_cancelled` of `cont`.
/// - `take()`: the result, or throws the error. Called exactly once, and only after an end that was not a cancellation.
///
/// A combinator takes a child's result in `child_done`, in the step in which the child ended, or never: a grant that
/// nobody takes is given back by the operation's destructor.
template <class O>
concept Operation = requires(O& op, Strand& strand, Cont cont) {
  { op.ready() } -> std::same_as<bool>;
  { op.start(strand, cont) } -> std::same_as<Step>;
  op.take();
};

template <class A>
concept Convertible = requires(A&& a) {
  { std::forward<A>(a).to_operation() } -> Operation;
};

/// True for the types whose awaiting needs an rvalue, such as `Task`.
template <class A>
concept OneShot = requires { typename std::remove_cvref_t<A>::eddy_one_shot; };

template <class A>
inline constexpr bool kLvalueOneShot = OneShot<A> && std::is_lvalue_reference_v<A>;

template <class A>
constexpr auto to_operation(A&& a) {
  if constexpr (kLvalueOneShot<A>) {
    static_assert(!kLvalueOneShot<A>, "eddy: a Task is awaited once, as an rvalue: pass std::move(task)");
  } else if constexpr (Convertible<A>) {
    return std::forward<A>(a).to_operation();
  } else {
    static_assert(Operation<std::remove_cvref_t<A>>,
                  "eddy: this is not awaitable: pass a Task, a TaskHandle or one of eddy's operations");
    return std::remove_cvref_t<A>(std::forward<A>(a));
  }
}

template <class A>
using operation_t = decltype(to_operation(std::declval<A>()));

// A Task as an lvalue is let in here, so that it meets the message above instead of "no matching function".
template <class A>
inline constexpr bool kAwaitable = Convertible<A> || Operation<std::remove_cvref_t<A>> || kLvalueOneShot<A>;

/// Starts a child, unless it is ready at once.
template <Operation O>
Step start_child(O& op, Strand& strand, Cont cont) {
  return op.ready() ? Step::resume(cont) : op.start(strand, cont);
}

/// What a leaf's `start` returns when it could go on at once.
inline Step proceed(Cont cont) noexcept { return Step::resume(cont); }

template <class P>
inline constexpr bool kOurs = std::derived_from<P, PromiseBase>;

[[noreturn]] void throw_awaited_twice();

/// An operation that has a place to be awaited from has one for good: it is awaited once.
template <class Self>
void check_fresh(const Self& operation) {
  if constexpr (requires { operation.cont(); }) {
    if (operation.cont()) [[unlikely]]
      throw_awaited_twice();
  }
}

/// Makes an operation awaitable in our coroutines. `where` is the location of the `co_await`, kept for traces.
template <class Self>
class Await {
 public:
  bool await_ready() {
    check_fresh(self());
    return self().ready();
  }

  template <class P>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<P> waiter,
                                        std::source_location where = std::source_location::current()) {
    static_assert(kOurs<P>, "eddy: this awaitable works in eddy's own coroutines only (Task, AsyncGenerator, …)");
    PromiseBase& promise = waiter.promise();
    promise.where = where;
    return PromiseBase::transfer(self().start(*running.strand, Cont(promise)));
  }

  decltype(auto) await_resume() { return self().take(); }

 private:
  Self& self() noexcept { return static_cast<Self&>(*this); }
};

/// The same for leaves, which always wait: saves the transfer.
template <class Self>
class AwaitLeaf {
 public:
  bool await_ready() {
    check_fresh(self());
    return self().ready();
  }

  template <class P>
  void await_suspend(std::coroutine_handle<P> waiter, std::source_location where = std::source_location::current()) {
    static_assert(kOurs<P>, "eddy: this awaitable works in eddy's own coroutines only (Task, AsyncGenerator, …)");
    PromiseBase& promise = waiter.promise();
    promise.where = where;
    running.pending = self().start(*running.strand, Cont(promise));
  }

  decltype(auto) await_resume() { return self().take(); }

 private:
  Self& self() noexcept { return static_cast<Self&>(*this); }
};

}  // namespace detail

/// Anything `co_await` takes here: a `Task` (as an rvalue), a `TaskHandle`, and the operations this library returns.
template <class A>
concept Awaitable = detail::kAwaitable<A>;

/// What awaiting an `A` gives.
template <class A>
using await_result_t = decltype(std::declval<detail::operation_t<A>&>().take());

}  // namespace eddy
