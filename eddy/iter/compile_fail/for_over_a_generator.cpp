// expect: eddy: `for` cannot await
#include "eddy/iter/async_generator.h"

eddy::AsyncGenerator<int> numbers();

int wrong() {
  int sum = 0;
  for (int n : numbers()) sum += n;
  return sum;
}
