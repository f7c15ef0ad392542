// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "eddy/core/awaitable.h"
#include "eddy/core/signature.h"
#include "eddy/flow/cache.h"

namespace eddy {
namespace detail {

/// How an argument is kept in a key, and passed on from there. A text is kept, not a view of it.
template <class P>
struct KeptArgument {
  using type = std::remove_cvref_t<P>;
  static const type& pass(const type& kept) noexcept { return kept; }
};
template <class P>
  requires kIsTextView<std::remove_cvref_t<P>>
struct KeptArgument<P> {
  using type = std::string;
  static auto pass(const std::string& kept) noexcept {
    if constexpr (std::is_pointer_v<std::remove_cvref_t<P>>) {
      return kept.c_str();
    } else {
      return std::string_view(kept);
    }
  }
};

/// A function's arguments as a key.
template <class Parameters>
struct ArgumentsKey {
  static_assert(!std::is_same_v<Parameters, Parameters>,
                "eddy: cached(f) needs an f with one signature: a function, or a lambda without auto parameters");
};
template <class... P>
struct ArgumentsKey<std::tuple<P...>> {
  using type = std::tuple<typename KeptArgument<P>::type...>;

  template <class F>
  static decltype(auto) call(F& f, const type& key) {
    return std::apply([&f](const auto&... kept) -> decltype(auto) { return f(KeptArgument<P>::pass(kept)...); }, key);
  }
};

}  // namespace detail

/// A function that remembers what it returned; what `cached` gives. A handle: copies share what is remembered.
template <class F>
class CachedFunction {
  using Arguments = detail::ArgumentsKey<typename detail::ParametersOf<F>::type>;
  using Key = typename Arguments::type;
  using Value =
      std::remove_cvref_t<await_result_t<decltype(Arguments::call(std::declval<F&>(), std::declval<const Key&>()))>>;
  using Cache = AsyncCache<Key, Value>;

 public:
  CachedFunction(F f, CacheOptions options)
      : cache_(detail::Counted<Cache>::make([f = std::move(f)](const Key& key) mutable { return call(f, key); },
                                            options)) {}

  /// Arguments are compared by value, and texts kept: a view or a pointer that is given need not live on.
  template <class... A>
  Task<Value> operator()(A&&... arguments) const {
    return (*cache_)(Key(std::forward<A>(arguments)...));
  }

  /// Forgets what it returned for these arguments.
  template <class... A>
  void invalidate(A&&... arguments) const {
    cache_->invalidate(Key(std::forward<A>(arguments)...));
  }
  void clear() const { cache_->clear(); }
  std::size_t size() const noexcept { return cache_->size(); }
  const CacheStats& stats() const noexcept { return cache_->stats(); }

 private:
  static Task<Value> call(F& f, const Key& key) { co_return co_await Arguments::call(f, key); }

  detail::Counted<Cache> cache_;
};

namespace detail {
struct CachedFn {
  template <class F>
  auto operator()(F&& f, CacheOptions options = {}) const {
    return CachedFunction<std::decay_t<F>>(std::forward<F>(f), options);
  }
};
}  // namespace detail

/// `auto get_user = cached(fetch_user, CacheOptions{}.ttl(60s)); co_await get_user(7);`: a function that returns an
/// awaitable, and what it returned for the same arguments before. functools' lru_cache, aiocache's cached.
///
/// Everything else is as in an `AsyncCache`, in whose words: the function is the loader, the arguments are the key.
inline constexpr detail::CachedFn cached{};

}  // namespace eddy
