// @asynccontextmanager: what stands before the co_yield opens, what stands behind it closes.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>
#include <utility>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct Connection {
  explicit Connection(std::string to) : host(std::move(to)) {}
  Task<std::string> query(std::string sql) {
    co_await eddy::sleep(20ms);
    co_return sql + " on " + host;
  }
  std::string host;
};

eddy::ContextManager<Connection> database_connection(std::string host) {
  Connection connection(host);
  std::cout << "open " << host << '\n';
  co_yield connection;  // gives an eddy::ExitReason, for who wants to commit or roll back
  // Runs after a value, an error and a cancellation alike, and is not interrupted: no try/finally needed.
  co_await eddy::sleep(20ms);
  std::cout << "close " << host << '\n';
}

Task<std::string> fetch_users() {
  co_return co_await eddy::with(database_connection("localhost"),
                                [](Connection& connection) { return connection.query("SELECT * FROM users"); });
}

Task<> async_main() {
  std::string users = co_await fetch_users();
  std::cout << users << '\n';

  // Several at once: opened left to right, closed right to left.
  co_await eddy::with(database_connection("source"), database_connection("target"),
                      [](Connection& source, Connection& target) {
                        std::cout << "copy from " << source.host << " to " << target.host << '\n';
                      });
}

int main() { eddy::run(async_main()); }
