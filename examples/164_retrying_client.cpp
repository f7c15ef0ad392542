// An API client whose requests are retried, limited, and asked many at a time: the client with `@retry` of Python.
// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Retry;
using eddy::Task;

struct ClientError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Response {
  Response(int s, std::string b) : status(s), body(std::move(b)) {}
  int status;
  std::string body;
};

class ApiClient {
 public:
  explicit ApiClient(std::string base) : base_(std::move(base)) {}

  /// GET, retried. A slow answer counts as an error of this attempt.
  Task<Response> get(std::string path) {
    co_return co_await eddy::retry([&] { return eddy::wait_for(get_once(path), 1s); }, kPolicy);
  }

  /// Some at a time; what fails does not keep the others from succeeding.
  Task<std::vector<eddy::Outcome<Response>>> get_many(std::vector<std::string> paths, int concurrency = 10) {
    eddy::Semaphore limit(concurrency);
    auto fetch_one = [&](const std::string& path) -> Task<Response> {
      auto permit = co_await limit.acquire();
      co_return co_await get(path);
    };
    co_return co_await eddy::gather(eddy::return_exceptions, paths | std::views::transform(fetch_one));
  }

 private:
  inline static const Retry kPolicy =
      Retry{}.attempts(3).exponential(1ms, 10ms).on<ClientError, eddy::TimeoutError>().reraise();

  /// Stands for the network: every third request fails, and one path always does.
  Task<Response> get_once(std::string path) {
    co_await eddy::sleep(1ms);
    bool fails = ++requests_ % 3 == 0 || path == "/broken";
    if (fails) throw ClientError("connection reset");
    co_return Response(200, "from " + base_ + path);
  }

  std::string base_;
  int requests_ = 0;
};

Task<> async_main() {
  ApiClient client("https://api.example.com");
  auto one = co_await client.get("/users/1");
  std::cout << one.status << ' ' << one.body << '\n';

  std::vector<std::string> paths;
  for (std::string_view path : {"/users/2", "/users/3", "/broken", "/users/4"}) paths.emplace_back(path);
  auto responses = co_await client.get_many(std::move(paths), 1);
  for (auto& response : responses) {
    if (response) {
      std::cout << response->status << ' ' << response->body << '\n';
    } else {
      std::cout << "error: " << response.error_as<ClientError>()->what() << '\n';
    }
  }
}

int main() { eddy::run(async_main()); }
