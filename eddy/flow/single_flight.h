// SPDX-License-Identifier: MIT
//
// 1. A key is in `flights_` exactly while its load runs and may be joined: from the first caller until it ends, until
//    its last caller leaves, or `forget`.
// 2. A load runs as a task of the loop, so that no caller's end is its end; it shares the flights, which therefore live
//    until it has ended.
#pragma once

#include <cstddef>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "eddy/base/scope_guard.h"
#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/finally.h"
#include "eddy/core/closure.h"
#include "eddy/core/create_task.h"
#include "eddy/core/task.h"
#include "eddy/flow/detail/counted.h"
#include "eddy/flow/detail/key.h"

namespace eddy {
namespace detail {

/// A load and how many wait for it.
template <class Value>
struct Flight {
  TaskHandle<Value> load;
  std::size_t callers = 0;
  bool forgotten = false;  ///< nobody can join it any more
};

template <class Key, class Value>
using Flights = std::unordered_map<Key, Counted<Flight<Value>>, KeyHash<Key>, KeyEqual<Key>>;

template <class Key, class Value>
void forget_flight(Flights<Key, Value>& flights, typename Flights<Key, Value>::iterator flight) noexcept {
  flight->second->forgotten = true;
  flights.erase(flight);
}

/// Out of the table, unless it has been forgotten: then the key is another's.
template <class Key, class Value>
void end_flight(Flights<Key, Value>& flights, const Key& key, const Flight<Value>& flight) noexcept {
  if (!flight.forgotten) forget_flight<Key, Value>(flights, flights.find(key));
}

/// Advanced: a load may ask for its flight, as well as for its key.
template <class F, class Key, class Value>
decltype(auto) call_load(F& load, const Key& key, const Flight<Value>& flight) {
  if constexpr (std::is_invocable_v<F&, const Key&, const Flight<Value>&>) {
    return load(key, flight);
  } else if constexpr (std::is_invocable_v<F&, const Key&>) {
    return load(key);
  } else {
    return load();
  }
}

/// The task of a flight.
template <class Key, class Value, class F>
Task<Value> fly(Counted<Flights<Key, Value>> flights, Counted<Flight<Value>> flight, Key key, F load) {
  ScopeGuard end([&] { end_flight<Key, Value>(*flights, key, *flight); });
  co_return co_await call_load<F, Key, Value>(load, key, *flight);
}

/// The flight of a key: the one that is under way, or a new one.
template <class Key, class Value, class F>
Counted<Flight<Value>> board(const Counted<Flights<Key, Value>>& flights, const Key& key, F load) {
  auto found = flights->find(key);
  if (found != flights->end()) return found->second;
  auto flight = Counted<Flight<Value>>::make();
  flights->emplace(key, flight);
  ScopeGuard undo([&] { end_flight<Key, Value>(*flights, key, *flight); });
  flight->load = create_task(fly<Key, Value, F>(flights, flight, key, std::move(load)));
  undo.dismiss();
  return flight;
}

/// A caller, until it has the result or is cancelled. The last one to leave takes the load with it.
template <class Key, class Value, class F>
Task<Value> ride(Counted<Flights<Key, Value>> flights, Key key, F load) {
  const auto flight = board<Key, Value>(flights, key, std::move(load));
  ++flight->callers;
  ScopeGuard count([&] { --flight->callers; });
  const auto leave = [&]() -> Task<> {
    count.dismiss();
    if (--flight->callers > 0) co_return;
    end_flight<Key, Value>(*flights, key, *flight);
    co_await cancel_and_wait(flight->load);
  };
  if constexpr (std::is_void_v<Value>) {
    co_await on_cancel(flight->load, leave);
  } else {
    const Value& value = co_await on_cancel(flight->load, leave);
    co_return value;
  }
}

}  // namespace detail

/// Callers that want the same thing at the same time share one load of it. Go's singleflight.
///
///     eddy::SingleFlight<std::string, Page> flight;
///     Page page = co_await flight.run(url, fetch);  // fetch(url) runs once, whoever else asks meanwhile
///
/// Each caller gets a copy of the value, or the error (large or immovable values: a `std::shared_ptr`). A caller that
/// is cancelled leaves without disturbing the others; when the last one leaves, the load is cancelled, and that caller
/// ends when it has. Nothing is kept: once a load has ended, the next caller begins another; to keep values see
/// `AsyncCache`.
///
/// `load`, called with the key or without arguments, runs as a task of its own, kept as long as it runs: it may outlive
/// the caller who brought it, and must own what it touches. Belongs to one loop; may be destroyed when no caller is
/// left.
template <class Key, class Value = void>
class SingleFlight {
  static_assert(!detail::kIsTextView<Key>, "eddy: keys are kept: let it be a std::string, not a view of one");
  static_assert(std::is_void_v<Value> || std::is_copy_constructible_v<Value>,
                "eddy: every caller of a SingleFlight gets a copy: let the value be a std::shared_ptr");

 public:
  SingleFlight() : flights_(detail::Counted<Table>::make()) {}

  /// Joins the load of `key` that is under way, or begins one, when it is awaited.
  template <class F>
  Task<Value> run(Key key, F&& load) {
    check_load<F>();
    return detail::ride<Key, Value>(flights_, std::move(key), std::decay_t<F>(std::forward<F>(load)));
  }

  /// Advanced: begins a load that nobody waits for, unless one is under way: it is cancelled by no caller's leaving,
  /// and an error that nobody joined it for goes to the exception handler.
  template <class F>
  void begin(const Key& key, F&& load) {
    check_load<F>();
    if (!is_running(key)) detail::board<Key, Value, std::decay_t<F>>(flights_, key, std::forward<F>(load))->callers = 1;
  }

  /// Those who ask for `key` from now on begin a new load; those who wait still get the old one's result.
  template <class K = Key>
  void forget(const K& key) {
    auto found = flights_->find(key);
    if (found != flights_->end()) detail::forget_flight<Key, Value>(*flights_, found);
  }
  void forget_all() noexcept {
    while (!flights_->empty()) detail::forget_flight<Key, Value>(*flights_, flights_->begin());
  }

  /// Whether a load of `key` can be joined.
  template <class K = Key>
  bool is_running(const K& key) const {
    return flights_->find(key) != flights_->end();
  }
  /// How many can.
  std::size_t size() const noexcept { return flights_->size(); }

 private:
  using Table = detail::Flights<Key, Value>;

  template <class F>
  static constexpr void check_load() {
    detail::check_closure<F>();
    using Call = std::decay_t<F>;
    static_assert(std::is_invocable_v<Call&, const Key&> || std::is_invocable_v<Call&> ||
                      std::is_invocable_v<Call&, const Key&, const detail::Flight<Value>&>,
                  "eddy: SingleFlight::run(key, load) calls load(key) or load(), which returns an awaitable");
  }

  detail::Counted<Table> flights_;
};

}  // namespace eddy
