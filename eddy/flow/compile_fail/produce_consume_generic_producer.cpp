// expect: eddy: the producer is a source of items, or a function that takes a queue and nothing else
#include "eddy/flow/produce_consume.h"

auto start() {
  return eddy::produce_consume([](auto& queue) { return queue.put(1); }, [](int) {});
}
