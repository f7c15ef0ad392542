// try/catch inside each task: every task handles its own errors, and gather sees only results.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <stdexcept>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct ApiError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Result {
  std::string url;
  std::string status;
};

Task<Result> fetch(std::string url) {
  co_await eddy::sleep(30ms);
  if (url == "url2") throw ApiError("no route to " + url);
  co_return Result{url, "success"};
}

Task<Result> safe_fetch(std::string url) {
  try {
    co_return co_await fetch(url);
  } catch (const ApiError& error) {
    co_return Result{url, std::string("error: ") + error.what()};
  }
}

Task<> async_main() {
  auto [a, b, c] = co_await eddy::gather(safe_fetch("url1"), safe_fetch("url2"), safe_fetch("url3"));
  for (const Result* result : {&a, &b, &c}) std::cout << result->url << ": " << result->status << '\n';
}

int main() { eddy::run(async_main()); }
