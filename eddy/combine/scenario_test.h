// SPDX-License-Identifier: MIT
//
// The characters of this folder's tests: small coroutines that end in a certain way after a certain time.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "eddy/eddy.h"
#include "eddy/test/test.h"

namespace eddy::scenario {

using namespace std::chrono_literals;
using test::Options;

struct Boom : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline Task<int> value_after(Duration delay, int value) {
  co_await sleep(delay);
  co_return value;
}

inline Task<int> fail_after(Duration delay, std::string what) {
  co_await sleep(delay);
  throw Boom(what);
}

inline Task<> append_after(Duration delay, std::vector<int>& log, int what) {
  co_await sleep(delay);
  log.push_back(what);
}

/// Sets a flag when it dies: for "was this frame destroyed, and when".
class Dies {
 public:
  explicit Dies(bool& flag) : flag_(flag) {}
  Dies(const Dies&) = delete;
  Dies& operator=(const Dies&) = delete;
  ~Dies() { flag_ = true; }

 private:
  bool& flag_;
};

/// Waits an hour; `cancelled` is set when its frame is destroyed before.
inline Task<int> wait_long(bool& cancelled) {
  bool finished = false;
  struct Check {
    bool& flag;
    bool& done;
    ~Check() { flag = !done; }
  } check{cancelled, finished};
  co_await sleep(1h);
  finished = true;
  co_return 0;
}

/// Waits an hour; cancelled, it takes `cleanup` to end, then sets `ended`.
inline Task<int> slow_to_end(bool& ended, Duration cleanup) {
  co_await finally(sleep(1h), [&]() -> Task<> {
    co_await sleep(cleanup);
    ended = true;
  });
  co_return 0;
}

/// Waits an hour; cancelled, its cleanup throws.
inline Task<int> fail_when_cancelled(std::string what) {
  co_await finally(sleep(1h), [&]() -> Task<> {
    co_await checkpoint();
    throw Boom(what);
  });
  co_return 0;
}

/// What an outcome's ExceptionGroup contains, in order; empty when it is something else.
template <class T>
std::vector<std::string> errors_in(const Outcome<T>& outcome) {
  std::vector<std::string> texts;
  if (const auto* group = outcome.template error_as<ExceptionGroup>()) {
    for (const std::exception_ptr& error : group->exceptions()) texts.push_back(describe(error));
  }
  return texts;
}

inline std::string boom(const std::string& what) { return describe(std::make_exception_ptr(Boom(what))); }

using Texts = std::vector<std::string>;
using Ints = std::vector<int>;

}  // namespace eddy::scenario
