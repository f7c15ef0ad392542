// SPDX-License-Identifier: MIT
//
// A service's life:  serving ──first signal, stop()──▶ stopping ──second signal, or the deadline──▶ cut off
//                       └───────── the body ends ─────────┴──▶ ended ◀──────────────────────────────────┘
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/base/unique_function.h"
#include "eddy/core/awaitable.h"
#include "eddy/core/closure.h"
#include "eddy/core/task.h"
#include "eddy/core/time_point.h"
#include "eddy/sync/event.h"
#include "eddy/time/timeout.h"

namespace eddy {

namespace detail {
class SignalledService;
}

/// How a service ended.
enum class ServiceEnd {
  kFinished,  ///< by itself: nobody told it to stop
  kDrained,   ///< told to stop, it did so in time
  kCutOff,    ///< told to stop, it was cancelled: by the deadline, or a second signal
};

/// How a service is stopped: `Drain{}.within(10s)`. By SIGINT and SIGTERM, with 30 seconds to drain, unless set.
class Drain {
 public:
  constexpr Drain() noexcept = default;

  /// How long the body may take to end once it was told to stop; then it is cancelled. `no_timeout` for ever.
  template <class Rep, class Period>
  constexpr Drain& within(std::chrono::duration<Rep, Period> time) noexcept {
    within_ = detail::to_nanos(time);
    return *this;
  }
  Drain& within(detail::NoUnit auto) = delete;  // eddy: a number has no unit: write within(10s)
  constexpr Drain& within(NoTimeout) noexcept {
    within_ = detail::kForever;
    return *this;
  }
  /// Other signals than SIGINT and SIGTERM, or none at all.
  template <std::same_as<int>... Numbers>
  constexpr Drain& signals(Numbers... numbers) {
    signals_ = (std::uint64_t{0} | ... | bit(numbers));
    return *this;
  }

 private:
  friend class Service;
  friend class detail::SignalledService;
  static constexpr std::uint64_t bit(int signal) {
    if (signal < 1 || signal > 64) throw RuntimeError("Drain::signals: a signal's number is from 1 to 64");
    return std::uint64_t{1} << (signal - 1);
  }
  static constexpr std::uint64_t kUsual = (1U << (2 - 1)) | (1U << (15 - 1));  // SIGINT, SIGTERM
  std::uint64_t signals_ = kUsual;
  detail::Nanos within_ = std::int64_t{30} * 1'000'000'000;
};

/// A program that serves until it is told to stop, as the body of `run_service` sees it. Valid while the body runs; for
/// one loop.
class Service {
 public:
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// Becomes ready when the service is told to stop: `co_await service.stopping()`, or
  /// `race(client.read_line(), service.stopping())` in what should not begin anything more.
  detail::EventWait stopping() noexcept { return stopping_.wait(); }
  bool is_stopping() const noexcept { return stopping_.is_set(); }
  /// When the body will be cancelled; empty before the stop, and when there is no limit.
  std::optional<TimePoint> deadline() const noexcept { return deadline_; }

  /// Calls back when the service is told to stop: to close what lets work in. The last one first; at once, if it has
  /// been told already. What it throws goes to the loop's exception handler. Dropped uncalled when the body ends.
  void on_stop(UniqueFunction<void()> callback);

  /// Tells it to stop, as the first signal does. Once more, as the second does: cancels the body.
  void stop();

 protected:
  explicit Service(const Drain& how) noexcept : within_(how.within_) {}
  ~Service() = default;

  /// The body runs, inside the limit.
  void open(Timeout& limit);
  /// It has ended.
  void close() noexcept;
  bool was_cut_off() const noexcept { return cut_off_; }

 private:
  void drain();
  void cut_off();

  detail::Nanos within_;
  Timeout* limit_ = nullptr;  ///< around the body, while it runs
  Event stopping_;
  std::optional<TimePoint> deadline_;
  std::vector<UniqueFunction<void()>> callbacks_;
  bool cut_off_ = false;
};

namespace detail {

/// A service on which signals act, as long as it lives.
class SignalledService final : public Service {
 public:
  explicit SignalledService(const Drain& how);
  ~SignalledService();

  /// What the limit is around: the body, which may be stopped.
  template <class F>
  Task<> serve(F& body, Timeout& limit) {
    open(limit);
    ScopeGuard end([this] { close(); });
    if constexpr (Awaitable<std::invoke_result_t<F&, Service&>>) {
      co_await body(static_cast<Service&>(*this));
    } else {
      body(static_cast<Service&>(*this));
      co_return;
    }
  }

  /// How it ended, given that its body ended in a value, or by the limit.
  ServiceEnd how_it_ended(bool by_the_limit) const noexcept;

 private:
  void cover(std::uint64_t signals);
  void uncover() noexcept;
  void arrive();

  std::uint64_t covered_ = 0;
};

template <class F>
Task<ServiceEnd> run_service(F body, Drain how) {
  SignalledService service(how);
  const void* limit_id = nullptr;
  bool by_the_limit = false;
  try {
    co_await timeout(no_timeout, [&](Timeout& limit) {
      limit_id = limit.id();
      return service.serve(body, limit);
    });
  } catch (const TimeoutError& error) {
    if (error.scope() != limit_id) throw;
    by_the_limit = true;
  }
  co_return service.how_it_ended(by_the_limit);
}

struct RunServiceFn {
  template <class F>
  Task<ServiceEnd> operator()(F&& body, Drain how = {}) const {
    check_closure<F>();
    static_assert(std::is_invocable_v<std::decay_t<F>&, Service&>,
                  "eddy: the body of run_service takes the service: [&](eddy::Service& service) -> eddy::Task<> { … }");
    return run_service<std::decay_t<F>>(std::forward<F>(body), how);
  }
};

}  // namespace detail

/// `co_await run_service(body, Drain{}.within(10s))`: runs a service until it ends by itself or a signal stops it, in
/// good order:
///
///     co_await eddy::run_service([&](eddy::Service& service) -> Task<> {
///       auto server = co_await eddy::start_server(handle, "0.0.0.0", 8080);
///       service.on_stop([&] { server.close(); });
///       co_await server.wait_closed();
///     }, eddy::Drain{}.within(10s));
///
/// The first signal, or `service.stop()`, makes `stopping()` ready and runs the callbacks; the body then ends by
/// itself. When the time is up, or at a second signal, it is cancelled, and this ends when it has. A third signal is
/// what it would be without us, so that a cleanup that hangs can be interrupted. Gives how it ended; an error of the
/// body goes on. Afterwards the signals have the effect again that they had before: Ctrl-C that of `run`, for instance.
///
/// Belongs to one loop; a signal has one user at a time, so no `Signals` for the same ones meanwhile.
inline constexpr detail::RunServiceFn run_service{};

}  // namespace eddy
