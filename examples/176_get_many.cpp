// An API client's get_many: so many requests at a time, in order, each with a value or its error.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct Response {
  int status = 0;
  std::string body;
};

class ApiClient {
 public:
  explicit ApiClient(std::string base_url) : base_url_(std::move(base_url)) {}

  Task<Response> get(std::string path) {
    co_await eddy::sleep(2ms);  // the request
    if (path == "/users/7") throw std::runtime_error(base_url_ + path + ": 404 Not Found");
    Response response;
    response.status = 200;
    response.body = "user of " + path;
    co_return response;
  }

  Task<std::vector<eddy::Outcome<Response>>> get_many(std::vector<std::string> paths, std::size_t concurrency = 10) {
    auto get_one = [this](std::string path) { return get(std::move(path)); };
    co_return co_await eddy::map_concurrent(eddy::return_exceptions, std::move(paths), get_one, concurrency);
  }

 private:
  std::string base_url_;
};

Task<> async_main() {
  ApiClient client("https://api.example.com");
  std::vector<std::string> paths;
  for (int id = 1; id <= 10; ++id) paths.push_back("/users/" + std::to_string(id));

  int fetched = 0;
  for (auto& response : co_await client.get_many(paths, 5)) {
    if (response) {
      ++fetched;
    } else {
      std::cout << "Error: " << response.message() << '\n';
    }
  }
  std::cout << "Fetched " << fetched << " users\n";
}

int main() { eddy::run(async_main()); }
