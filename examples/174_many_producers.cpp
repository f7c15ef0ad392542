// Several producers, five workers, and what happens when one of them fails: all others end, and the error comes out.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <set>
#include <stdexcept>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<> orders_of(int shop, eddy::Queue<int>& orders) {
  for (int i = 1; i <= 10; ++i) co_await orders.put(100 * shop + i);
}

Task<> produce(eddy::Queue<int>& orders) {
  co_await eddy::gather(orders_of(1, orders), orders_of(2, orders), orders_of(3, orders));
}

Task<> async_main() {
  std::multiset<int> shipped;
  auto ship = [&](int order) -> Task<> {
    co_await eddy::sleep(1ms);
    if (order == 666) throw std::runtime_error("order 666: lost in the mail");
    shipped.insert(order);
  };
  const auto five = eddy::Workers{}.count(5).buffer(10);

  co_await eddy::produce_consume(produce, ship, five);
  std::cout << shipped.size() << " orders, from " << *shipped.begin() << " to " << *shipped.rbegin() << '\n';

  auto one_goes_astray = [](eddy::Queue<int>& orders) -> Task<> {
    co_await orders.put(666);
    for (;;) co_await orders.put(1);  // until it is cancelled
  };
  try {
    co_await eddy::produce_consume(one_goes_astray, ship, five);
  } catch (const std::runtime_error& error) {
    std::cout << error.what() << '\n';
  }
}

int main() { eddy::run(async_main()); }
