// SPDX-License-Identifier: MIT
//
// `with(a, b, body)` is a coroutine for each resource, one inside the other:
//   enter a → [ enter b → [ body ] → leave b ] → leave a
// What is inside is awaited as an outcome, so that leaving happens on value, error and cancellation alike.
#pragma once

#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "eddy/base/invoke.h"
#include "eddy/combine/background.h"
#include "eddy/combine/context_manager.h"
#include "eddy/combine/detail/resource.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/shield.h"

namespace eddy {
namespace detail {

// --- calling the body
// --------------------------------------------------------------------------------------------------

/// What a resource gives the body: a tuple of one reference, or of none.
template <class R>
struct ArgumentsOf {
  using Given = given_by_t<object_of_t<R>>;
  using type = std::conditional_t<std::is_void_v<Given>, std::tuple<>, std::tuple<Given>>;
};
template <class Start>
struct ArgumentsOf<Background<Start>> {
  using type = std::tuple<>;
};

template <class... R>
using body_arguments_t = decltype(std::tuple_cat(std::declval<typename ArgumentsOf<R>::type>()...));

template <class F, class Arguments, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return std::is_invocable_v<F&, std::tuple_element_t<I, Arguments>...>;
}

/// How many arguments a body takes: all there are, or fewer, from the left.
template <class F, class Arguments, std::size_t kMost = std::tuple_size_v<Arguments>>
constexpr std::size_t arguments_taken() {
  if constexpr (takes<F, Arguments>(std::make_index_sequence<kMost>())) {
    return kMost;
  } else if constexpr (kMost > 0) {
    return arguments_taken<F, Arguments, kMost - 1>();
  } else {
    static_assert(kMost > 0,
                  "eddy: the body of `with` takes a reference to what each resource gives, left to right: "
                  "with(open_pool(), open_cache(), [&](Pool& pool, Cache& cache) -> eddy::Task<> { … })");
    return 0;
  }
}

template <class F, class Arguments, std::size_t... I>
decltype(auto) call_body(F& body, Arguments& arguments, std::index_sequence<I...>) {
  return detail::invoke(body, std::get<I>(arguments)...);
}

template <class F, class Arguments>
using taken_t = std::make_index_sequence<arguments_taken<F, Arguments>()>;

template <class F, class Arguments>
using body_returns_t = decltype(call_body(std::declval<F&>(), std::declval<Arguments&>(), taken_t<F, Arguments>()));

// --- one resource inside the other
// -------------------------------------------------------------------------------------

/// What a `with` was given. `R` is a reference for what is used in place.
template <class F, class... R>
class WithState {
 public:
  using Arguments = body_arguments_t<R...>;
  using Returned = body_returns_t<F, Arguments>;
  using Result = typename BodyResult<Returned>::type;
  static constexpr std::size_t kResources = sizeof...(R);
  template <std::size_t I>
  using Resource = std::tuple_element_t<I, std::tuple<R...>>;

  template <class G, class... A>
  explicit WithState(std::in_place_t, G&& f, A&&... resources)
      : body(std::forward<G>(f)), resources_(std::forward<A>(resources)...) {}

  template <std::size_t I>
  Resource<I>&& resource() noexcept {
    return std::get<I>(std::move(resources_));
  }

  F body;

 private:
  std::tuple<R...> resources_;
};

/// Awaits what is inside, then leaves the object, shielded.
template <class Object, class R>
Task<R> leave_after(Object& object, Task<R> inside) {
  auto ended = co_await outcome(std::move(inside));
  auto left = co_await outcome(shield(leave_object(object, reason_of(ended))));
  if (std::exception_ptr failed = left.error()) {
    if (ended.error()) report_replaced_error(ended.error());
    std::rethrow_exception(failed);
  }
  if (ended.cancelled() || left.cancelled()) co_await CarryOn();
  co_return std::move(ended).value();
}

template <std::size_t I, class State, class Given>
Task<typename State::Result> with_rest(State& state, Given given);

template <std::size_t I, class Object, class State, class Given>
Task<typename State::Result> with_object(State& state, Object& object, Given given) {
  if constexpr (!HasAenter<Object>) {
    auto all = std::tuple_cat(given, std::tie(object));
    auto inside = with_rest<I + 1>(state, all);
    if constexpr (HasAexit<Object> || HasAclose<Object>) {
      co_return co_await leave_after(object, std::move(inside));
    } else {
      co_return co_await std::move(inside);
    }
  } else if constexpr (std::is_void_v<given_by_t<Object>>) {
    co_await object.aenter();
    co_return co_await leave_after(object, with_rest<I + 1>(state, given));
  } else if constexpr (std::is_void_v<entered_by_t<Object>>) {
    co_await object.aenter();
    auto all = std::tuple_cat(given, std::tie(object));
    co_return co_await leave_after(object, with_rest<I + 1>(state, all));
  } else {
    entered_by_t<Object> entered = co_await object.aenter();
    auto all = std::tuple_cat(given, std::tie(entered));
    co_return co_await leave_after(object, with_rest<I + 1>(state, all));
  }
}

/// The background and what is inside, as a group. Of two errors the first goes on.
template <std::size_t I, class Start, class State, class Given>
Task<typename State::Result> with_background(State& state, Background<Start>& background, Given given) {
  using Result = typename State::Result;
  std::exception_ptr failed;
  std::optional<Outcome<Result>> ended;
  bool failed_first = false;
  auto body = [&](TaskGroup& group) -> Task<> {
    group.create_task(run_beside(background, group, failed));
    auto inside = co_await outcome(with_rest<I + 1>(state, given));
    ended.emplace(std::move(inside));
    failed_first = failed != nullptr;
    group.cancel();
  };
  co_await task_group(body);
  if (failed && (failed_first || !ended->error())) {
    if (ended->error()) report_replaced_error(ended->error());
    std::rethrow_exception(failed);
  }
  if (failed) report_replaced_error(failed);
  if (ended->cancelled()) co_await CarryOn();
  co_return std::move(*ended).value();
}

template <std::size_t I, class State, class Given>
Task<typename State::Result> with_rest(State& state, Given given) {
  if constexpr (I == State::kResources) {
    taken_t<decltype(state.body), Given> taken;
    if constexpr (Awaitable<typename State::Returned>) {
      co_return co_await call_body(state.body, given, taken);
    } else {
      co_return call_body(state.body, given, taken);
    }
  } else {
    using Resource = typename State::template Resource<I>;
    Resource&& resource = state.template resource<I>();
    if constexpr (kIsBackground<std::remove_cvref_t<Resource>>) {
      co_return co_await with_background<I>(state, resource, given);
    } else if constexpr (kIsObject<Resource>) {
      co_return co_await with_object<I>(state, resource, given);
    } else {
      object_of_t<Resource> object = co_await std::forward<Resource>(resource);
      co_return co_await with_object<I>(state, object, given);
    }
  }
}

template <class State>
Task<typename State::Result> with_all(State state) {
  co_return co_await with_rest<0>(state, std::tuple<>());
}

struct WithFn {
  template <class... A>
  auto operator()(A&&... resources_and_body) const {
    static_assert(sizeof...(A) >= 2, "eddy: with(resource, …, body) takes at least a resource and a body");
    return make(std::forward_as_tuple(std::forward<A>(resources_and_body)...),
                std::make_index_sequence<sizeof...(A) - 1>());
  }

 private:
  /// `All` is a tuple of forwarding references.
  template <class All, std::size_t... I>
  static auto make(All all, std::index_sequence<I...>) {
    using Body = std::tuple_element_t<sizeof...(I), All>;
    check_closure<Body>();
    (check_resource<std::tuple_element_t<I, All>>(), ...);
    if constexpr ((kCanBeKept<std::tuple_element_t<I, All>> && ...)) {
      using State = WithState<std::decay_t<Body>, kept_t<std::tuple_element_t<I, All>>...>;
      using std::get;  // each element of a tuple of references is moved by itself
      return with_all(
          State(std::in_place, get<sizeof...(I)>(static_cast<All&&>(all)), get<I>(static_cast<All&&>(all))...));
    } else {
      return CarryOn();  // so that the one error is all
    }
  }

  template <class R>
  using kept_t = std::conditional_t<std::is_lvalue_reference_v<R>, R, std::remove_cvref_t<R>>;

  template <class R>
  static constexpr bool kCanBeKept =
      std::is_lvalue_reference_v<R> || std::is_move_constructible_v<std::remove_cvref_t<R>>;

  template <class R>
  static constexpr void check_resource() {
    static_assert(kCanBeKept<R>,
                  "eddy: this object cannot be moved into `with`: give it a name and pass it by its name");
    static_assert(!kLvalueOneShot<R>, "eddy: a Task is awaited once, as an rvalue: with(std::move(task), body)");
    static_assert(
        kIsBackground<std::remove_cvref_t<R>> || !kIsObject<R> || HasAenter<R> || HasAexit<R> || HasAclose<R>,
        "eddy: this object has no aenter(), aexit() or aclose(), so that `with` would do nothing with it: use it as "
        "it is, or pass the awaitable that opens it");
  }
};

}  // namespace detail

/// `co_await with(open_pool("app.db"), [&](Pool& db) -> Task<> { … })`: opens a resource, runs the body with it, and
/// closes it whatever the body ends in: value, error or cancellation. The body's result is the result.
///
/// A resource is something awaitable that gives an object, an object (owned if it is an rvalue, used in place if not),
/// a ContextManager, an ExitStack, or `background(…)`. An object with `aenter()` is entered, and the body receives what
/// that gives, if it gives something; at the end `aexit(ExitReason)` and then `aclose()` are awaited, as far as the
/// object has them, shielded from cancellation. Of several resources, each is opened when those to its left are open,
/// and they are closed right to left; what is open is closed also when the next cannot be opened.
///
/// The body may take fewer arguments, and return a value, nothing or an awaitable. Its error goes on after the closing;
/// a closing that throws wins, and the body's error then goes to the loop's exception handler. For a cleanup without a
/// resource see `finally`; for a number of resources known only at run time, `ExitStack`.
inline constexpr detail::WithFn with{};

}  // namespace eddy
