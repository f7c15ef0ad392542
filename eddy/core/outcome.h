// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "eddy/base/error.h"
#include "eddy/base/invoke.h"
#include "eddy/base/unit.h"
#include "eddy/core/running.h"

namespace eddy {
namespace detail {

struct CancelledTag {};

/// The part of an Outcome that does not depend on its value.
class OutcomeError {
 public:
  OutcomeError() noexcept = default;
  explicit OutcomeError(std::exception_ptr error) noexcept : error_(std::move(error)) {}
  explicit OutcomeError(CancelledTag) noexcept : cancelled_(true) {}
  OutcomeError(const OutcomeError& other) noexcept : error_(other.error_), cancelled_(other.cancelled_) {
    other.seen_ = seen_ = true;
  }
  OutcomeError(OutcomeError&& other) noexcept
      : error_(std::exchange(other.error_, nullptr)), cancelled_(other.cancelled_), seen_(other.seen_) {}
  OutcomeError& operator=(OutcomeError other) noexcept {
    std::swap(error_, other.error_);
    std::swap(cancelled_, other.cancelled_);
    std::swap(seen_, other.seen_);
    return *this;
  }
  ~OutcomeError() {
    if (error_ && !seen_) report();
  }

 protected:
  void look() const noexcept { seen_ = true; }
  [[noreturn]] void raise() const;
  std::string text() const;

  std::exception_ptr error_;
  bool cancelled_ = false;

 private:
  void report() noexcept;
  mutable bool seen_ = false;
};

}  // namespace detail

/// How an awaitable ended: with a value, an error, or cancelled. What `outcome(op)` and `return_exceptions` give.
///
/// Look at it: an error that is dropped unseen goes to the loop's exception handler.
template <class T = void>
class [[nodiscard]] Outcome : private detail::OutcomeError {
  using Stored =
      std::conditional_t<std::is_void_v<T>, Unit,
                         std::conditional_t<std::is_reference_v<T>, std::add_pointer_t<std::remove_reference_t<T>>,
                                            std::remove_const_t<T>>>;

 public:
  using value_type = T;

  /// Calls `make` and keeps what it returns or throws.
  template <class Make>
  static Outcome of(Make&& make) {
    try {
      if constexpr (std::is_void_v<T>) {
        make();
        return Outcome(std::in_place);
      } else {
        return Outcome(std::in_place, make());
      }
    } catch (...) {
      if (detail::caught_visible_cancel()) return was_cancelled();
      return failed(std::current_exception());
    }
  }
  static Outcome failed(std::exception_ptr error) { return Outcome(detail::OutcomeError(std::move(error))); }
  static Outcome was_cancelled() { return Outcome(detail::OutcomeError(detail::CancelledTag{})); }

  template <class... A>
    requires(!std::is_reference_v<T>)
  explicit Outcome(std::in_place_t, A&&... value) : value_(std::in_place_index<1>, std::forward<A>(value)...) {}
  template <class A>
    requires std::is_reference_v<T>
  Outcome(std::in_place_t, A&& value) : value_(std::in_place_index<1>, detail::address_of(static_cast<T>(value))) {}

  Outcome(const Outcome&) = default;
  Outcome(Outcome&&) = default;
  Outcome& operator=(const Outcome&) = default;
  Outcome& operator=(Outcome&&) = default;
  ~Outcome() = default;

  bool has_value() const noexcept {
    look();
    return value_.index() == 1;
  }
  explicit operator bool() const noexcept { return has_value(); }
  /// You were being cancelled while it ran. (Something else having been cancelled is the error TaskCancelled.)
  bool cancelled() const noexcept { return cancelled_; }
  /// The error, or null.
  std::exception_ptr error() const noexcept {
    look();
    return error_;
  }
  /// The error as an `E`, or null when it is something else. Lives as long as the outcome.
  template <class E>
  const E* error_as() const noexcept {
    look();
    if (!error_) return nullptr;
    try {
      std::rethrow_exception(error_);
    } catch (const E& e) {
      return &e;
    } catch (...) {
      return nullptr;
    }
  }
  /// A line for a log: what the error says, "cancelled", or "ok".
  std::string message() const {
    look();
    return has_value() ? "ok" : text();
  }

  /// The value; throws the error, or Cancelled.
  decltype(auto) value() & {
    check();
    return get(*this);
  }
  decltype(auto) value() const& {
    check();
    return get(*this);
  }
  T value() && {
    check();
    if constexpr (std::is_void_v<T>) {
      return;
    } else if constexpr (std::is_reference_v<T>) {
      return get(*this);
    } else {
      return std::move(std::get<1>(value_));
    }
  }
  decltype(auto) operator*() & { return value(); }
  decltype(auto) operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  auto* operator->()
    requires(!std::is_void_v<T>)
  {
    return detail::address_of(value());
  }
  auto* operator->() const
    requires(!std::is_void_v<T>)
  {
    return detail::address_of(value());
  }
  template <class U>
    requires(!std::is_void_v<T>)
  T value_or(U&& fallback) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(fallback));
  }

 private:
  explicit Outcome(detail::OutcomeError error) noexcept : detail::OutcomeError(std::move(error)) {}

  void check() const {
    if (value_.index() != 1) raise();
  }
  template <class Self>
  static decltype(auto) get(Self& self) {
    if constexpr (std::is_void_v<T>) {
      return;
    } else if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(*std::get<1>(self.value_));
    } else {
      return (std::get<1>(self.value_));
    }
  }

  std::variant<std::monostate, Stored> value_;
};

}  // namespace eddy
