// A coroutine with a result, and an async main that awaits it.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct Page {
  std::string url;
  std::string data;
};

// Parameters are taken by value: a coroutine may outlive what a reference refers to.
Task<Page> fetch_data(std::string url) {
  std::cout << "Fetching " << url << '\n';
  co_await eddy::sleep(50ms);  // what a network would take
  co_return Page{url, "..."};
}

Task<> async_main() {
  Page page = co_await fetch_data("https://api.example.com");
  std::cout << page.url << ": " << page.data << '\n';
}

int main() { eddy::run(async_main()); }
