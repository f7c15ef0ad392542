// An API that calls back, awaited: from_callback. In C++ with a copy of `done`, in C with a pointer as user data.
// SPDX-License-Identifier: MIT
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

/// Somebody else's library: answers from a thread of its own, or says that it cannot.
class Resolver {
 public:
  void resolve(std::string host, std::function<void(int error, std::string address)> answer) {
    thread_ = std::jthread([host = std::move(host), answer = std::move(answer)] {
      std::this_thread::sleep_for(5ms);
      host == "localhost" ? answer(0, "127.0.0.1") : answer(2, "");
    });
  }

 private:
  std::jthread thread_;
};

using ReadDone = void (*)(void* user_data, int bytes);
void c_read(ReadDone read_done, void* user_data) { read_done(user_data, 42); }  // a C library

Task<std::string> resolve(Resolver& resolver, std::string host) {
  co_return co_await eddy::from_callback<std::string>([&](eddy::Callback<std::string> done) {
    resolver.resolve(host, [done](int error, std::string address) {
      if (error) return done.fail(std::runtime_error("no such host"));
      done(std::move(address));
    });
  });
}

Task<int> read_something() {
  co_return co_await eddy::from_callback<int>([](eddy::Callback<int> done) {
    auto finished = [](void* pointer, int bytes) { eddy::Callback<int>::from_pointer(pointer)(bytes); };
    c_read(finished, done.to_pointer());
  });
}

Task<> async_main() {
  Resolver resolver;
  std::cout << co_await resolve(resolver, "localhost") << '\n';
  try {
    co_await resolve(resolver, "nowhere");
  } catch (const std::runtime_error& e) {
    std::cout << e.what() << '\n';
  }
  std::cout << co_await read_something() << " bytes\n";

  // A cancel does not wait for the API. What `initiate` returns is called to tell it.
  auto never =
      eddy::from_callback<>([](eddy::Callback<> done) { return [done] { std::cout << "take the request back\n"; }; });
  auto came = co_await eddy::try_for(std::move(never), 5ms);
  std::cout << (came ? "came" : "gave up") << '\n';
}

int main() { eddy::run(async_main()); }
