// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

#include "eddy/base/invoke.h"
#include "eddy/core/awaitable.h"
#include "eddy/core/task.h"
#include "eddy/iter/detail/generator_base.h"

namespace eddy {

template <class T>
class AsyncGenerator;

namespace detail {

/// The promise of an AsyncGenerator: where the yielded item is. It stays in the generator's frame until `next()` takes
/// it.
template <class T>
struct GeneratorPromise : GeneratorPromiseBase {
  using Item = std::optional<T>;
  T* item = nullptr;
  bool copies = false;

  explicit GeneratorPromise(std::source_location made = std::source_location::current()) noexcept
      : GeneratorPromiseBase(made) {}
  AsyncGenerator<T> get_return_object() noexcept { return AsyncGenerator<T>(this); }

  Yield yield_value(T&& value) noexcept {
    item = address_of(value);
    copies = false;
    return {};
  }
  Yield yield_value(const T& value) noexcept
    requires std::is_copy_constructible_v<T>
  {
    item = const_cast<T*>(address_of(value));
    copies = true;
    return {};
  }

  Item take_item() {
    if constexpr (std::is_copy_constructible_v<T>) {
      if (copies) return Item(std::as_const(*item));
    }
    return Item(std::move(*item));
  }
};

template <class T>
struct GeneratorPromise<T&> : GeneratorPromiseBase {
  using Item = T*;
  T* item = nullptr;

  explicit GeneratorPromise(std::source_location made = std::source_location::current()) noexcept
      : GeneratorPromiseBase(made) {}
  AsyncGenerator<T&> get_return_object() noexcept { return AsyncGenerator<T&>(this); }

  Yield yield_value(T& value) noexcept {
    item = address_of(value);
    return {};
  }
  T* take_item() const noexcept { return item; }
};

/// What a generator that has ended gives, or one whose object has gone meanwhile: its frame goes too.
template <class T>
[[gnu::noinline]] auto take_last(GeneratorPromise<T>* promise) -> typename GeneratorPromise<T>::Item {
  FrameGuard<GeneratorPromise<T>> guard{promise};
  if (promise->ended() == PromiseBase::kRunning) return promise->take_item();
  if (promise->ended() == PromiseBase::kError) std::rethrow_exception(std::exception_ptr(promise->error));
  return {};
}

/// What a generator that was asked for an item yielded; nothing, or its error, if it has ended. Inline, because an
/// optional that comes back in a register costs more than the whole rest.
template <class T>
[[gnu::always_inline]] inline auto take_from(GeneratorPromise<T>* promise) -> typename GeneratorPromise<T>::Item {
  if (promise->ended() == PromiseBase::kRunning && promise->object) [[likely]]
    return promise->take_item();
  return take_last(promise);
}

/// `co_await generator.next()`: symmetric transfer there and back.
template <class T>
class NextAwaiter {
 public:
  explicit NextAwaiter(GeneratorBase* generator) noexcept : generator_(generator) {}

  bool await_ready() noexcept {
    if (!generator_->parked()) return true;
    promise_ = static_cast<GeneratorPromise<T>*>(generator_->promise());
    return false;
  }
  template <class P>
  [[gnu::always_inline]] std::coroutine_handle<> await_suspend(
      std::coroutine_handle<P> waiter, std::source_location where = std::source_location::current()) const noexcept {
    static_assert(kOurs<P>, "eddy: a generator can be awaited in eddy's own coroutines only (Task, AsyncGenerator, …)");
    PromiseBase& consumer = waiter.promise();
    consumer.where = where;
    return PromiseBase::transfer(promise_->go(*running.strand, Cont(consumer)));
  }
  [[gnu::always_inline]] auto await_resume() const -> typename GeneratorPromise<T>::Item {
    if (promise_) [[likely]]
      return take_from(promise_);
    generator_->check_ended();
    return {};
  }

 private:
  GeneratorBase* generator_;
  GeneratorPromise<T>* promise_ = nullptr;
};

/// `next()` inside a combinator. Takes the item at once, because the generator may go on before the result is asked
/// for.
template <class T>
class NextOp final : public Op {
  using Item = typename GeneratorPromise<T>::Item;

 public:
  explicit NextOp(GeneratorBase* generator) noexcept : generator_(generator) {}

  bool ready() const noexcept { return !generator_->parked(); }
  Step start(Strand& strand, Cont cont) noexcept {
    enter(strand, cont);
    promise_ = static_cast<GeneratorPromise<T>*>(generator_->promise());
    return promise_->go(strand, Cont(*this));
  }
  Step child_done() noexcept override {
    try {
      item_.emplace(take_from(promise_));
    } catch (...) {
      error_ = std::current_exception();
    }
    return Step::resume(cont());
  }
  Step child_cancelled() noexcept override { return Step::unwind(cont()); }
  Item take() {
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    if (item_) return std::move(*item_);
    generator_->check_ended();
    return Item();
  }

 private:
  GeneratorBase* generator_;
  GeneratorPromise<T>* promise_ = nullptr;
  std::optional<Item> item_;
  std::exception_ptr error_;
};

/// What `next()` returns. The generator must stay where it is until it has been awaited.
template <class T>
class [[nodiscard("co_await it")]] Next {
 public:
  explicit Next(GeneratorBase* generator) noexcept : generator_(generator) {}
  NextAwaiter<T> operator co_await() const noexcept { return NextAwaiter<T>(generator_); }
  NextOp<T> to_operation() const noexcept { return NextOp<T>(generator_); }

 private:
  GeneratorBase* generator_;
};

class [[nodiscard("co_await it")]] CloseGenerator : public AwaitLeaf<CloseGenerator> {
 public:
  explicit CloseGenerator(GeneratorBase* generator) noexcept : generator_(generator) {}
  bool ready() const noexcept { return true; }
  Step start(Strand&, Cont cont) const noexcept { return proceed(cont); }
  void take() const { generator_->close(); }

 private:
  GeneratorBase* generator_;
};

}  // namespace detail

/// A coroutine that makes values over time: it may `co_await` anything, and hands on each value with `co_yield`.
///
///     while (auto user = co_await users.next()) co_await process(*user);
///
/// Lazy, move-only, one consumer at a time. It runs only while somebody waits in `next()`, on behalf of that task and
/// within its scopes; no allocation for an item. An error comes out of `next()` and ends it. An `AsyncGenerator<T&>`
/// hands out references: `next()` then gives a pointer, valid until the next `next()`.
///
/// Cancelled inside `next()`, the generator's frame is destroyed with those of its consumer; should somebody ask it
/// again, `next()` throws RuntimeError rather than pretend that the values had ended. Left at a `co_yield` and
/// destroyed, its locals are destroyed and no code of it runs: what must be awaited at the end belongs into a `with`
/// around the loop.
template <class T>
class [[nodiscard]] AsyncGenerator : private detail::GeneratorBase {
  static_assert(!std::is_void_v<T> && !std::is_rvalue_reference_v<T>,
                "eddy: an AsyncGenerator yields values or lvalue references");

 public:
  using promise_type = detail::GeneratorPromise<T>;
  using value_type = std::remove_cvref_t<T>;

  AsyncGenerator(AsyncGenerator&&) noexcept = default;
  AsyncGenerator& operator=(AsyncGenerator&&) noexcept = default;

  /// Runs it to its next `co_yield`: `std::optional<T>`, empty at the end and from then on. For a `T&`: a `T*`.
  detail::Next<T> next() noexcept { return detail::Next<T>(this); }

  /// No range: `for` cannot await.
  template <class Loop = void>
  std::remove_reference_t<T>* begin() const {
    static_assert(!std::is_void_v<Loop>,
                  "eddy: `for` cannot await: while (auto item = co_await generator.next()) { use(*item); }");
  }
  std::remove_reference_t<T>* end() const { return nullptr; }

  /// Ends it where it is: destroys its locals; `next()` then says that there is nothing more.
  detail::CloseGenerator aclose() noexcept { return detail::CloseGenerator(this); }

 private:
  friend promise_type;
  explicit AsyncGenerator(promise_type* promise) noexcept : GeneratorBase(promise) {}
};

}  // namespace eddy
