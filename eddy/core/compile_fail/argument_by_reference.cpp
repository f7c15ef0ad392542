// expect: eddy: the function takes this argument by T&: pass std::ref(object)
#include <vector>

#include "eddy/core/create_task.h"

eddy::Task<> fill(std::vector<int>& numbers) {
  numbers.push_back(1);
  co_return;
}

void spawn() {
  std::vector<int> numbers;
  eddy::create_task(fill, numbers);
}
