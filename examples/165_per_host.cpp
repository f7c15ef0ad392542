// A limit for each host: a crawler that is polite to everybody, and fast altogether.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct Crawler {
  eddy::KeyedLimiter<std::string, eddy::Semaphore> connections{2};        // two at a time to each host
  eddy::KeyedLimiter<std::string, eddy::TokenBucket> requests{200.0, 1};  // and 200 a second
  std::map<std::string, int> running;
  int most_per_host = 0;
  int most = 0;
  int all = 0;

  Task<> fetch(std::string host) {
    auto permit = co_await connections.acquire(host);
    co_await requests.acquire(host);
    most_per_host = std::max(most_per_host, ++running[host]);
    most = std::max(most, ++all);
    co_await eddy::sleep(20ms);
    --running[host];
    --all;
  }
};

Task<> async_main() {
  Crawler crawler;
  std::vector<Task<>> tasks;
  for (int page = 0; page < 4; ++page) {
    tasks.push_back(crawler.fetch("a.example"));
    tasks.push_back(crawler.fetch("b.example"));
    tasks.push_back(crawler.fetch("c.example"));
  }
  std::size_t pages = tasks.size();
  co_await eddy::gather(std::move(tasks));
  std::cout << "fetched " << pages << " pages from " << crawler.running.size() << " hosts\n";
  std::cout << "at most " << crawler.most_per_host << " at a time from one, " << crawler.most << " altogether\n";

  // A host that nobody uses any more costs nothing.
  co_await eddy::sleep(10ms);
  crawler.connections.forget_idle();
  crawler.requests.forget_idle();
  std::cout << "remembered: " << crawler.connections.size() + crawler.requests.size() << '\n';
}

int main() { eddy::run(async_main()); }
