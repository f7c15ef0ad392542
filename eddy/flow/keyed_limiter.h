// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "eddy/base/ring.h"
#include "eddy/base/unique_function.h"
#include "eddy/core/awaitable.h"

namespace eddy {

template <class Key, class Limiter>
class KeyedLimiter;

namespace detail {

/// The limiter of one key, and how many operations and permits refer to it.
template <class Limiter>
struct KeyedEntry {
  template <class Key>
  KeyedEntry(UniqueFunction<Limiter(const Key&)>& make, const Key& of) : limiter(make(of)) {}

  KeyedEntry* ring_next() const noexcept { return next; }
  KeyedEntry* ring_prev() const noexcept { return prev; }
  void set_ring_next(KeyedEntry* entry) noexcept { next = entry; }
  void set_ring_prev(KeyedEntry* entry) noexcept { prev = entry; }

  /// Whether forgetting it changes nothing.
  bool idle() {
    if (users > 0) return false;
    if constexpr (requires { limiter.idle(); }) {
      return limiter.idle();
    } else {
      return true;
    }
  }

  Limiter limiter;
  std::size_t users = 0;
  const void* key = nullptr;
  KeyedEntry* next = nullptr;
  KeyedEntry* prev = nullptr;
};

/// Keeps an entry from being forgotten.
template <class Limiter>
class KeyedUse {
 public:
  explicit KeyedUse(KeyedEntry<Limiter>& entry) noexcept : entry_(&entry) { ++entry_->users; }
  KeyedUse(KeyedUse&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
  KeyedUse& operator=(KeyedUse other) noexcept {
    std::swap(entry_, other.entry_);
    return *this;
  }
  ~KeyedUse() {
    if (entry_) --entry_->users;
  }
  Limiter& limiter() const noexcept { return entry_->limiter; }

 private:
  KeyedEntry<Limiter>* entry_;
};

}  // namespace detail

/// A permit of the limiter of one key; given back when destroyed. Must not outlive the KeyedLimiter.
template <class Limiter, class P>
class [[nodiscard("keep it: the permit is released when this is destroyed")]] KeyedPermit {
 public:
  KeyedPermit(detail::KeyedUse<Limiter> use, P permit) noexcept : use_(std::move(use)), permit_(std::move(permit)) {}
  KeyedPermit(KeyedPermit&&) = default;
  KeyedPermit& operator=(KeyedPermit&& other) noexcept {
    permit_ = std::move(other.permit_);  // the old one goes back while its limiter is still there
    use_ = std::move(other.use_);
    return *this;
  }

  /// Gives it back now. Harmless when nothing is held.
  void release() noexcept { permit_.release(); }
  explicit operator bool() const noexcept { return static_cast<bool>(permit_); }
  P& operator*() noexcept { return permit_; }
  P* operator->() noexcept { return &permit_; }

 private:
  detail::KeyedUse<Limiter> use_;
  P permit_;
};

namespace detail {

template <class Limiter, class Child>
class [[nodiscard("co_await it")]] KeyedAcquire final : public Await<KeyedAcquire<Limiter, Child>> {
  using Given = await_result_t<Child>;

 public:
  KeyedAcquire(KeyedUse<Limiter> use, Child&& child) noexcept : use_(std::move(use)), child_(std::move(child)) {}

  bool ready() { return child_.ready(); }
  Step start(Strand& strand, Cont cont) noexcept { return child_.start(strand, cont); }
  Cont cont() const noexcept { return child_.cont(); }
  auto take() {
    if constexpr (std::is_void_v<Given>) {
      child_.take();
    } else {
      return KeyedPermit<Limiter, Given>(std::move(use_), child_.take());
    }
  }

 private:
  KeyedUse<Limiter> use_;
  Child child_;
};

/// One key's limiter as a resource of `with`.
template <class Limiter>
class KeyedResource {
 public:
  explicit KeyedResource(KeyedUse<Limiter> use) noexcept : use_(std::move(use)) {}
  auto aenter() { return use_.limiter().acquire(); }

 private:
  KeyedUse<Limiter> use_;
};

}  // namespace detail

/// One limiter for each key, such as a host: `KeyedLimiter<std::string, TokenBucket> per_host{10.0, 20};
/// co_await per_host.acquire("example.org");`. For TokenBucket, SlidingWindow, and Semaphore, whose permit is given
/// back when it is destroyed; any other with `acquire` and, if it remembers something, `idle` will do.
///
/// A limiter is made when its key is first used, from copies of the arguments or by a function of the key, and
/// forgotten when it is as good as new again and nobody uses it: each `acquire` looks at the two that were not used for
/// longest, so that a million hosts do not stay. Strings are looked up by string_view; other keys need a
/// std::hash. Belongs to one loop.
template <class Key, class Limiter>
class KeyedLimiter {
  static_assert(!std::is_same_v<Key, std::string_view> && !std::is_convertible_v<Key, const char*>,
                "eddy: keys are kept: let it be a std::string, not a view of one");
  using Entry = detail::KeyedEntry<Limiter>;
  using Use = detail::KeyedUse<Limiter>;
  using Make = UniqueFunction<Limiter(const Key&)>;
  static constexpr bool kText = std::same_as<Key, std::string>;

 public:
  /// How a key is given.
  using KeyArgument = std::conditional_t<kText, std::string_view, const Key&>;

  /// `make(key)` returns the limiter of a key.
  template <class F>
    requires std::is_invocable_r_v<Limiter, F&, const Key&>
  explicit KeyedLimiter(F make) : make_(std::move(make)) {}
  /// Limiters made from copies of these.
  template <class... A>
    requires std::constructible_from<Limiter, const A&...>
  explicit KeyedLimiter(A... arguments)
      : make_([arguments = std::tuple<A...>(arguments...)](const Key&) {
          return std::make_from_tuple<Limiter>(arguments);
        }) {}
  KeyedLimiter(const KeyedLimiter&) = delete;
  KeyedLimiter& operator=(const KeyedLimiter&) = delete;

  /// As the limiter's own `acquire`.
  template <class... A>
  auto acquire(KeyArgument key, A... arguments) {
    Use use(entry(key));
    auto child = use.limiter().acquire(arguments...);
    return detail::KeyedAcquire<Limiter, decltype(child)>(std::move(use), std::move(child));
  }
  /// For `with(per_host.of("example.org"), body)`.
  detail::KeyedResource<Limiter> of(KeyArgument key) { return detail::KeyedResource<Limiter>(Use(entry(key))); }

  /// How many keys it remembers.
  std::size_t size() const noexcept { return entries_.size(); }
  /// Forgets all that are as good as new. For programs that may not use it for long.
  void forget_idle() {
    for (std::size_t n = entries_.size(); n > 0; --n) forget_oldest_if_idle();
  }

 private:
  struct Hash {
    using is_transparent = void;
    using Standard = std::hash<std::conditional_t<kText, std::string_view, Key>>;
    std::size_t operator()(KeyArgument key) const noexcept(noexcept(Standard()(key))) { return Standard()(key); }
  };

  Entry& entry(KeyArgument key) {
    auto found = entries_.find(key);
    if (found == entries_.end()) {
      found = entries_.try_emplace(Key(key), make_, Key(key)).first;
      found->second.key = &found->first;
    } else {
      by_use_.erase(found->second);
    }
    by_use_.push_back(found->second);
    for (int n = 0; n < 2 && by_use_.front() != &found->second; ++n) forget_oldest_if_idle();
    return found->second;
  }

  void forget_oldest_if_idle() {
    Entry& oldest = *by_use_.pop_front();
    if (oldest.idle()) {
      entries_.erase(entries_.find(*static_cast<const Key*>(oldest.key)));
    } else {
      by_use_.push_back(oldest);
    }
  }

  Make make_;
  std::unordered_map<Key, Entry, Hash, std::equal_to<>> entries_;
  detail::Ring<Entry> by_use_;
};

}  // namespace eddy
