// One session for all requests, made inside the program and closed at its end.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <ranges>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

class Session {
 public:
  Task<std::string> get(std::string url) {
    ++requests_;
    co_await eddy::sleep(20ms);
    co_return "content of " + url;
  }
  Task<> aclose() {
    co_await eddy::sleep(20ms);
    std::cout << "session closed after " << requests_ << " requests\n";
  }

 private:
  int requests_ = 0;
};

// A session for each request would connect anew each time; a global one would exist before there is a loop.
Task<std::vector<std::string>> fetch_multiple(std::vector<std::string> urls) {
  co_return co_await eddy::with(Session(), [&](Session& session) -> Task<std::vector<std::string>> {
    auto fetch = [&](std::string url) { return session.get(url); };
    co_return co_await eddy::gather(urls | std::views::transform(fetch));
  });
}

Task<> async_main() {
  std::vector<std::string> urls{"/1", "/2", "/3"};
  for (const std::string& page : co_await fetch_multiple(urls)) std::cout << page << '\n';
}

int main() { eddy::run(async_main()); }
