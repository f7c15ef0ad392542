// An async context manager as a class: aenter() opens, aexit() closes, on every way out.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

class DatabaseConnection {
 public:
  explicit DatabaseConnection(std::string host) : host_(std::move(host)) {}

  Task<> aenter() {
    co_await eddy::sleep(20ms);
    std::cout << "connected to " << host_ << '\n';
  }
  Task<> aexit(eddy::ExitReason why) {
    co_await eddy::sleep(20ms);
    std::cout << (why.value() ? "committed" : "rolled back") << ", disconnected\n";
  }

  Task<std::string> query(std::string sql) {
    co_await eddy::sleep(20ms);
    if (sql.empty()) throw std::invalid_argument("empty query");
    co_return "rows of " + sql;
  }

 private:
  std::string host_;
};

Task<> async_main() {
  co_await eddy::with(DatabaseConnection("localhost"), [](DatabaseConnection& db) -> Task<> {
    std::cout << co_await db.query("SELECT * FROM users") << '\n';
  });

  try {
    co_await eddy::with(DatabaseConnection("localhost"),
                        [](DatabaseConnection& db) -> Task<> { std::cout << co_await db.query("") << '\n'; });
  } catch (const std::invalid_argument& error) {
    std::cout << "error: " << error.what() << '\n';
  }
}

int main() { eddy::run(async_main()); }
