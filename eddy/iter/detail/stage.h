// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>
#include <utility>

#include "eddy/core/body.h"
#include "eddy/iter/async_generator.h"
#include "eddy/iter/async_iterable.h"
#include "eddy/iter/detail/call.h"

namespace eddy::detail {

/// What stands to the right of a `|`: makes a generator of a source. Several of them make one.
template <class Make>
class Stage {
 public:
  explicit Stage(Make make) : make_(std::move(make)) {}

  template <class S>
  auto apply(S source) && {
    return std::move(make_)(std::move(source));
  }

 private:
  Make make_;
};

template <iter::Source S, class Make>
auto operator|(S&& source, Stage<Make> stage) {
  return std::move(stage).apply(as_source(std::forward<S>(source)));
}

template <class A, class B>
auto operator|(Stage<A> first, Stage<B> second) {
  auto both = [first = std::move(first), second = std::move(second)](auto source) mutable {
    return std::move(second).apply(as_source(std::move(first).apply(std::move(source))));
  };
  return Stage<decltype(both)>(std::move(both));
}

}  // namespace eddy::detail
