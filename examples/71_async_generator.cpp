// An async generator: pages are fetched when their first item is asked for, and handed on one by one.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

Task<std::vector<std::string>> fetch_page(int page, int page_size) {
  std::cout << "fetching page " << page << '\n';
  co_await eddy::sleep(10ms);
  std::vector<std::string> users;
  for (int id = page * page_size; id < std::min((page + 1) * page_size, 5); ++id) {
    users.push_back("user" + std::to_string(id));
  }
  co_return users;
}

eddy::AsyncGenerator<std::string> fetch_users_paginated(int page_size) {
  for (int page = 0;; ++page) {
    auto users = co_await fetch_page(page, page_size);
    if (users.empty()) co_return;
    for (auto& user : users) co_yield user;
  }
}

Task<> process_all_users() {
  auto users = fetch_users_paginated(2);
  while (auto user = co_await users.next()) std::cout << "  " << *user << '\n';
}

int main() { eddy::run(process_all_users()); }
