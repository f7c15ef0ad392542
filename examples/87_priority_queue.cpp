// PriorityQueue gives the smallest item first, LifoQueue the newest.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>
#include <utility>

#include "eddy/eddy.h"

using eddy::Task;

struct Job {
  Job(int p, std::string n) : priority(p), name(std::move(n)) {}
  bool operator<(const Job& other) const { return priority < other.priority; }
  int priority;
  std::string name;
};

Task<> async_main() {
  eddy::PriorityQueue<Job> jobs;
  co_await jobs.emplace(3, "sweep the floor");
  co_await jobs.emplace(1, "put out the fire");
  co_await jobs.emplace(2, "serve the guest");
  while (!jobs.empty()) {
    Job job = co_await jobs.get();
    std::cout << job.priority << ' ' << job.name << '\n';
  }

  eddy::LifoQueue<std::string> plates;
  for (const char* plate : {"red", "green", "blue"}) plates.put_nowait(plate);
  while (auto plate = plates.try_get()) std::cout << *plate << '\n';
}

int main() { eddy::run(async_main()); }
