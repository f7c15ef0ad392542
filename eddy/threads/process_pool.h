// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/combine/gather.h"
#include "eddy/core/task.h"
#include "eddy/threads/detail/process_call.h"
#include "eddy/threads/detail/process_core.h"
#include "eddy/threads/worker_error.h"

namespace eddy {

/// How a process pool is made. Fluent: `ProcessPoolOptions{}.workers(4).memory_max(1 << 30)`.
class ProcessPoolOptions {
 public:
  ProcessPoolOptions() = default;
  /// How many processes work at once. As many as the machine has cores unless set.
  ProcessPoolOptions& workers(std::size_t count) noexcept {
    settings_.workers = count;
    return *this;
  }
  /// Replaces a worker after so many calls: for functions that leak. 0, the default: never.
  ProcessPoolOptions& calls_per_worker(std::size_t count) noexcept {
    settings_.calls_per_worker = count;
    return *this;
  }
  /// The address space of a worker, in bytes: what needs more gets std::bad_alloc there. 0, the default: no limit.
  ProcessPoolOptions& memory_max(std::uint64_t bytes) noexcept {
    settings_.memory_max = bytes;
    return *this;
  }

 private:
  friend class ProcessPool;
  detail::ProcessPoolSettings settings_;
};

namespace detail {

template <class R>
Task<R> process_call(std::shared_ptr<ProcessCore> core, std::string request) {
  Message answer = co_await ProcessCore::call(std::move(core), Message(MessageKind::kCall, std::move(request)));
  if constexpr (!std::is_void_v<R>) {
    R result{};
    Decoder in(answer.bytes());
    in(result);
    co_return result;
  }
}

/// A share of a map: the function for each of some items.
template <class F, class Item>
auto call_for_each(F function, std::vector<Item>&& items) {
  std::vector<process_result_t<F, std::tuple<Item>>> results;
  results.reserve(items.size());
  for (auto&& item : items) results.push_back(function(static_cast<Item&&>(item)));  // bool has stand-ins
  return results;
}

template <class F, class Item>
void share_stub(Decoder& in, Encoder& out) {
  F function = decode_function<F>(in);
  std::vector<Item> items;
  in(items);
  out(call_for_each<F, Item>(function, std::move(items)));
}

template <class F, class Item>
std::string encode_share(F function, const std::vector<Item>& items) {
  Encoder out;
  out(locate(reinterpret_cast<const void*>(&share_stub<F, Item>)));
  encode_function(out, function);
  out(items);
  return out.take();
}

template <class R>
Task<std::vector<R>> join_shares(std::vector<Task<std::vector<R>>> shares) {
  auto parts = co_await gather(std::move(shares));
  std::vector<R> all;
  for (auto& part : parts)
    all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
  co_return all;
}

}  // namespace detail

/// Processes for functions that crash, leak, hold global locks, or must be killed when they take too long. Python's
/// ProcessPoolExecutor.
///
///     ProcessPool pool{4};
///     long n = co_await pool.run(cpu_bound, 1'000'000);
///     auto m = co_await wait_for(pool.run(may_hang, text), 5s);    // the worker is killed and replaced
///
/// A worker is this program, started again: it makes its global objects, never reaches main(), and serves calls until
/// the pool goes. Functions and lambdas without captures can be called; arguments and results travel as values:
/// numbers, strings, containers, plain structs of these, and classes with cereal's `serialize` member. Big ones go
/// through shared memory, and parameters that are views (`std::span<const double>`, `std::string_view`) look straight
/// into it.
///
/// An error comes back as what it was, if it is a common standard exception or one of ours, else as RemoteError. A
/// worker that dies is WorkerDied in the one call it served; the pool starts another. Cancelling a call that runs kills
/// its worker; one that waits just leaves the line. Workers are started when they are needed, ignore Ctrl-C, and end
/// with this process, however that ends.
///
/// Belongs to one loop at a time. Destroying it kills what runs, whose callers get WorkerDied; `aclose`, which `with`
/// calls, waits for them. For what needs none of this there is ThreadPool, which is some hundred times cheaper.
class ProcessPool {
 public:
  /// As many workers as the machine has cores.
  ProcessPool() : ProcessPool(ProcessPoolOptions{}) {}
  explicit ProcessPool(std::size_t workers) : ProcessPool(ProcessPoolOptions{}.workers(workers)) {}
  explicit ProcessPool(const ProcessPoolOptions& options)
      : core_(std::make_shared<detail::ProcessCore>(options.settings_)) {}
  ProcessPool(ProcessPool&&) noexcept = default;
  ProcessPool& operator=(ProcessPool&& other) noexcept {
    if (core_ && core_ != other.core_) core_->shut_down();
    core_ = std::move(other.core_);
    return *this;
  }
  ~ProcessPool() {
    if (core_) core_->shut_down();
  }

  /// Calls `f(args...)` in a worker.
  template <class F, class... Args>
  auto run(F&& f, Args&&... args) const {
    using Function = std::decay_t<F>;
    detail::check_process_callable<Function>();
    using R = detail::process_result_t<Function, detail::process_arguments_t<Function, Args...>>;
    detail::check_process_result<R>();
    return detail::process_call<R>(core(), detail::encode_call(Function(f), std::forward<Args>(args)...));
  }

  /// Calls `f(item)` for every item, in all workers at once, some items at a time; the results in the order of the
  /// items. The first error is thrown, and the other calls are killed.
  template <class Range, class F>
  auto map(Range&& items, F&& f) const {
    using Function = std::decay_t<F>;
    detail::check_process_callable<Function>();
    using Given = std::remove_cvref_t<decltype(*std::begin(items))>;
    using Item = std::tuple_element_t<0, detail::process_arguments_t<Function, Given>>;
    using R = detail::process_result_t<Function, std::tuple<Item>>;
    detail::check_process_result<R>();
    static_assert(!std::is_void_v<R>, "eddy: ProcessPool::map needs a function that returns something");
    std::vector<Item> all(std::begin(items), std::end(items));
    std::size_t share = all.size() / (4 * core()->workers_max()) + 1;
    std::vector<Task<std::vector<R>>> shares;
    for (std::size_t begin = 0; begin < all.size(); begin += share) {
      auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
      auto last = all.begin() + static_cast<std::ptrdiff_t>(std::min(begin + share, all.size()));
      std::vector<Item> some(std::make_move_iterator(first), std::make_move_iterator(last));
      shares.push_back(detail::process_call<std::vector<R>>(core(), detail::encode_share(Function(f), some)));
    }
    return detail::join_shares<R>(std::move(shares));
  }

  /// Takes no more calls, waits for those it has, and for the workers to leave.
  Task<> aclose() const { return detail::ProcessCore::close(core()); }

  std::size_t workers_max() const { return core()->workers_max(); }
  /// Workers that are idle or serve a call just now, and their process ids.
  std::size_t workers() const { return core()->workers(); }
  std::vector<int> pids() const { return core()->pids(); }
  /// False once it takes no more calls.
  bool is_open() const { return core()->is_open(); }

 private:
  const std::shared_ptr<detail::ProcessCore>& core() const {
    if (!core_) throw RuntimeError("this ProcessPool was moved from: use the one it was moved to");
    return core_;
  }
  std::shared_ptr<detail::ProcessCore> core_;
};

}  // namespace eddy
