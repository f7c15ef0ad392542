// finally: a cleanup that awaits, after a value, an error or a cancellation alike.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <stdexcept>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

class Connection {
 public:
  Task<std::string> query(std::string sql) {
    if (sql.empty()) throw std::invalid_argument("empty query");
    co_await eddy::sleep(sql == "slow" ? 1h : 20ms);
    co_return "rows of " + sql;
  }
  Task<> close() {
    co_await eddy::sleep(20ms);  // say goodbye to the server
    std::cout << "  connection closed\n";
  }
};

Task<std::string> query(std::string sql) {
  Connection connection;
  co_return co_await eddy::finally(connection.query(sql), [&] { return connection.close(); });
}

Task<> async_main() {
  std::cout << "value:\n";
  std::string rows = co_await query("users");
  std::cout << "  " << rows << '\n';

  std::cout << "error:\n";
  try {
    co_await query("");
  } catch (const std::invalid_argument& error) {
    std::cout << "  " << error.what() << '\n';
  }

  std::cout << "cancelled:\n";
  auto nothing = co_await eddy::try_for(query("slow"), 30ms);
  std::cout << "  " << nothing.value_or("timed out") << '\n';
}

int main() { eddy::run(async_main()); }
