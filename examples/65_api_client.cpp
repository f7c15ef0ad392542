// An API client: a class that opens a session, bounds its concurrency, and fetches many with errors as values.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct HttpError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class ApiClient {
 public:
  ApiClient(std::string base_url, int max_concurrent) : base_url_(std::move(base_url)), limit_(max_concurrent) {}

  Task<> aenter() {
    co_await eddy::sleep(10ms);
    std::cout << "session open\n";
  }
  Task<> aclose() {
    co_await eddy::sleep(10ms);
    std::cout << "session closed\n";
  }

  Task<std::string> get(std::string endpoint) {
    auto permit = co_await limit_.acquire();
    co_await eddy::sleep(10ms);  // the request
    if (endpoint == "users/3") throw HttpError(base_url_ + "/" + endpoint + ": 404 Not Found");
    co_return "data of " + endpoint;
  }

  /// In the order of the endpoints, each with a value or an error.
  Task<std::vector<eddy::Outcome<std::string>>> get_many(std::vector<std::string> endpoints) {
    auto one = [this](std::string endpoint) { return get(endpoint); };
    co_return co_await eddy::gather(eddy::return_exceptions, endpoints | std::views::transform(one));
  }

 private:
  std::string base_url_;
  eddy::Semaphore limit_;
};

Task<> use(ApiClient& client) {
  std::cout << co_await client.get("users/123") << '\n';

  std::vector<std::string> endpoints;
  for (int id = 1; id <= 4; ++id) endpoints.push_back("users/" + std::to_string(id));
  for (auto& user : co_await client.get_many(endpoints)) {
    std::cout << (user ? *user : "error: " + user.message()) << '\n';
  }
}

Task<> async_main() {
  ApiClient client("https://api.example.com", 2);
  co_await eddy::with(client, use);
}

int main() { eddy::run(async_main()); }
