// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>

namespace eddy {

/// What `gather` of several awaitables gives: a plain struct for `auto [a, b] = …`, with one member for each, in order.
///
/// No tuple on purpose: some compilers skip the destructor of a structured binding of tuples in a coroutine's frame.
template <class... T>
struct Gathered {
  static_assert(sizeof...(T) <= 8,
                "eddy: gather takes up to eight awaitables of different kinds; put more into a vector");
};

template <class A>
struct Gathered<A> {
  explicit Gathered(A&& a) : first(std::forward<A>(a)) {}
  A first;
};
template <class A, class B>
struct Gathered<A, B> {
  Gathered(A&& a, B&& b) : first(std::forward<A>(a)), second(std::forward<B>(b)) {}
  A first;
  B second;
};
template <class A, class B, class C>
struct Gathered<A, B, C> {
  Gathered(A&& a, B&& b, C&& c) : first(std::forward<A>(a)), second(std::forward<B>(b)), third(std::forward<C>(c)) {}
  A first;
  B second;
  C third;
};
template <class A, class B, class C, class D>
struct Gathered<A, B, C, D> {
  Gathered(A&& a, B&& b, C&& c, D&& d)
      : first(std::forward<A>(a)), second(std::forward<B>(b)), third(std::forward<C>(c)), fourth(std::forward<D>(d)) {}
  A first;
  B second;
  C third;
  D fourth;
};
template <class A, class B, class C, class D, class E>
struct Gathered<A, B, C, D, E> {
  Gathered(A&& a, B&& b, C&& c, D&& d, E&& e)
      : first(std::forward<A>(a)),
        second(std::forward<B>(b)),
        third(std::forward<C>(c)),
        fourth(std::forward<D>(d)),
        fifth(std::forward<E>(e)) {}
  A first;
  B second;
  C third;
  D fourth;
  E fifth;
};
template <class A, class B, class C, class D, class E, class F>
struct Gathered<A, B, C, D, E, F> {
  Gathered(A&& a, B&& b, C&& c, D&& d, E&& e, F&& f)
      : first(std::forward<A>(a)),
        second(std::forward<B>(b)),
        third(std::forward<C>(c)),
        fourth(std::forward<D>(d)),
        fifth(std::forward<E>(e)),
        sixth(std::forward<F>(f)) {}
  A first;
  B second;
  C third;
  D fourth;
  E fifth;
  F sixth;
};
template <class A, class B, class C, class D, class E, class F, class G>
struct Gathered<A, B, C, D, E, F, G> {
  Gathered(A&& a, B&& b, C&& c, D&& d, E&& e, F&& f, G&& g)
      : first(std::forward<A>(a)),
        second(std::forward<B>(b)),
        third(std::forward<C>(c)),
        fourth(std::forward<D>(d)),
        fifth(std::forward<E>(e)),
        sixth(std::forward<F>(f)),
        seventh(std::forward<G>(g)) {}
  A first;
  B second;
  C third;
  D fourth;
  E fifth;
  F sixth;
  G seventh;
};
template <class A, class B, class C, class D, class E, class F, class G, class H>
struct Gathered<A, B, C, D, E, F, G, H> {
  Gathered(A&& a, B&& b, C&& c, D&& d, E&& e, F&& f, G&& g, H&& h)
      : first(std::forward<A>(a)),
        second(std::forward<B>(b)),
        third(std::forward<C>(c)),
        fourth(std::forward<D>(d)),
        fifth(std::forward<E>(e)),
        sixth(std::forward<F>(f)),
        seventh(std::forward<G>(g)),
        eighth(std::forward<H>(h)) {}
  A first;
  B second;
  C third;
  D fourth;
  E fifth;
  F sixth;
  G seventh;
  H eighth;
};

}  // namespace eddy
