// SPDX-License-Identifier: MIT
//
// Where results go.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/core/outcome.h"
#include "eddy/flow/progress.h"

namespace eddy::detail {

/// Results that come in any order, as a vector in the order of the items.
///
/// `early_` begins at the place that comes next in `in_order_`; what is there waits for those before it.
template <class T>
class InOrder {
 public:
  using Taken = std::vector<T>;

  std::size_t begin() noexcept { return begun_++; }

  void put(std::size_t place, T&& result) {
    if (place != in_order_.size()) return put_early(place - in_order_.size(), std::move(result));
    in_order_.push_back(std::move(result));
    if (early_.empty()) return;
    early_.pop_front();
    catch_up();
  }
  [[noreturn]] void failed(std::size_t) { throw; }

  /// Whether this one has been put.
  bool has(std::size_t place) const noexcept {
    if (place < in_order_.size()) return true;
    const std::size_t ahead = place - in_order_.size();
    return ahead < early_.size() && early_[ahead];
  }

  Taken take() { return std::move(in_order_); }

 private:
  void put_early(std::size_t ahead, T&& result) {
    if (early_.size() <= ahead) early_.resize(ahead + 1);
    early_[ahead].emplace(std::move(result));
  }
  void catch_up() {
    for (; !early_.empty() && early_.front(); early_.pop_front()) in_order_.push_back(*std::move(early_.front()));
  }

  std::vector<T> in_order_;
  std::deque<std::optional<T>> early_;
  std::size_t begun_ = 0;
};

/// The same with errors as results.
template <class T>
class OutcomesInOrder {
 public:
  using Taken = std::vector<Outcome<T>>;

  std::size_t begin() noexcept { return results_.begin(); }

  template <class... R>
  void put(std::size_t place, R&&... result) {
    results_.put(place, Outcome<T>(std::in_place, std::forward<R>(result)...));
  }
  /// What goes wrong once the result has its place, as another one is moved to its own, is nobody's result.
  void failed(std::size_t place) {
    if (caught_visible_cancel() || results_.has(place)) throw;
    results_.put(place, Outcome<T>::failed(std::current_exception()));
  }

  Taken take() { return results_.take(); }

 private:
  InOrder<Outcome<T>> results_;
};

/// Nowhere.
struct Discarded {
  using Taken = void;

  struct Place {};
  Place begin() const noexcept { return {}; }
  template <class... R>
  void put(Place, R&&...) const noexcept {}
  [[noreturn]] void failed(Place) const { throw; }
  void take() const noexcept {}
};

/// A bar that is somebody else's, or none.
class LentBar {
 public:
  explicit LentBar(Progress* bar) noexcept : bar_(bar) {}
  void advance() noexcept {
    if (bar_) bar_->advance();
  }
  void close() const noexcept {}

 private:
  Progress* bar_;
};

/// Any of them, with a bar that moves by one for each.
template <class Sink, class Bar>
class WithBar {
 public:
  using Taken = typename Sink::Taken;

  WithBar(Sink sink, Bar bar) : sink_(std::move(sink)), bar_(std::move(bar)) {}

  auto begin() noexcept { return sink_.begin(); }

  template <class Place, class... R>
  void put(Place place, R&&... result) {
    sink_.put(place, std::forward<R>(result)...);
    bar_.advance();
  }
  template <class Place>
  void failed(Place place) {
    sink_.failed(place);
    bar_.advance();
  }

  Taken take() {
    bar_.close();
    return sink_.take();
  }

 private:
  Sink sink_;
  Bar bar_;
};

/// The sink for a function's results.
template <class Result>
struct SinkFor {
  static_assert(!std::is_reference_v<Result>,
                "eddy: results are kept in a vector, which cannot hold references: return a pointer");
  using Errors = OutcomesInOrder<Result>;
  using Values = InOrder<Result>;
};
template <>
struct SinkFor<void> {
  using Errors = OutcomesInOrder<void>;
  using Values = Discarded;
};

}  // namespace eddy::detail
