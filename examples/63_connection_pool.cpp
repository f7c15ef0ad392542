// A pool of connections: opened together, lent one at a time, closed together.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct Connection {
  explicit Connection(int number) : id(number) {}
  int id;
};

class Pool {
 public:
  explicit Pool(int size) : size_(size), free_(size) {}

  Task<> aenter() {
    for (int id = 1; id <= size_; ++id) {
      co_await eddy::sleep(5ms);  // connect
      connections_.emplace_back(id);
    }
    std::cout << connections_.size() << " connections opened\n";
  }
  Task<> aclose() {
    co_await eddy::sleep(5ms);
    std::cout << connections_.size() << " connections closed\n";
  }

  Task<std::string> execute(std::string query) {
    auto permit = co_await free_.acquire();  // a permit for each connection: there is a free one now
    Connection connection = connections_.back();
    connections_.pop_back();
    co_await eddy::sleep(20ms);
    connections_.push_back(connection);
    co_return "rows of " + query;
  }

 private:
  int size_;
  eddy::Semaphore free_;
  std::vector<Connection> connections_;
};

Task<> async_main() {
  Pool pool(2);
  co_await eddy::with(pool, [](Pool& db) -> Task<> {
    // Three queries, two connections: the third waits for the first that comes free.
    auto [users, posts, comments] =
        co_await eddy::gather(db.execute("users"), db.execute("posts"), db.execute("comments"));
    std::cout << users << ", " << posts << ", " << comments << '\n';
  });
}

int main() { eddy::run(async_main()); }
