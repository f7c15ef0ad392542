// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include "eddy/core/body.h"
#include "eddy/threads/detail/function_job.h"
#include "eddy/threads/detail/remote_op.h"
#include "eddy/threads/detail/thread_call.h"

namespace eddy {
namespace detail {
struct AbandonOnCancel {};
}  // namespace detail

/// In front of the function in `to_thread` and `ThreadPool::run`: a cancel does not wait for it. The await ends at
/// once; a function that runs already goes on alone, keeps its arguments, and ends unseen: its value is dropped, its
/// error printed. For calls that may hang for ever. It must not refer to anything that may die before it: pass by
/// value.
inline constexpr detail::AbandonOnCancel abandon_on_cancel{};

namespace detail {

/// The function, apart from the frame that waits for it. Belongs to the waiter, or, once abandoned, to the worker.
class AbandonableJob : public FunctionJob {
 public:
  virtual void destroy() noexcept = 0;
  using FunctionJob::check;
  using FunctionJob::report_lost;

  void execute(Worker& worker) noexcept final;
  void refuse(std::exception_ptr why) noexcept final;

  class AbandonableOp* waiter = nullptr;

 protected:
  ~AbandonableJob() = default;
};

/// The part of the await that does not depend on the function.
class AbandonableOp : public RemoteOp {
 public:
  AbandonableOp(PoolRef pool, AbandonableJob* job) noexcept : job_(job), pool_(std::move(pool)) {}
  AbandonableOp(AbandonableOp&& other) noexcept
      : RemoteOp(static_cast<RemoteOp&&>(other)),
        job_(std::exchange(other.job_, nullptr)),
        pool_(std::move(other.pool_)) {}

  bool ready() const noexcept { return false; }
  Step start(Strand& strand, Cont cont) noexcept;
  void cancel() noexcept override;
  void describe(OpDescription& to) const override;

 protected:
  ~AbandonableOp() { drop(); }
  AbandonableJob* job_;

 private:
  friend AbandonableJob;  // sends it home
  bool arrive() noexcept final { return true; }
  void drop() noexcept;
  PoolRef pool_;
};

template <class Call>
class AbandonableCall final : public AbandonableJob {
 public:
  template <class... A>
  explicit AbandonableCall(std::in_place_t in_place, A&&... call) : call_(in_place, std::forward<A>(call)...) {}
  typename Call::Result take() { return value_.take(); }

 private:
  void call() override { value_.keep(call_); }
  void destroy() noexcept override { delete this; }
  const std::stop_source* stop_source() const noexcept override { return call_.stop_source(); }

  Call call_;
  ThreadResult<typename Call::Result> value_;
};

template <class Call>
class [[nodiscard("co_await it: the function runs when it is awaited")]] AbandonableRun final
    : public AbandonableOp,
      public AwaitLeaf<AbandonableRun<Call>> {
 public:
  template <class... A>
  explicit AbandonableRun(PoolRef pool, A&&... call)
      : AbandonableOp(std::move(pool), new AbandonableCall<Call>(std::in_place, std::forward<A>(call)...)) {}
  AbandonableRun(AbandonableRun&&) = default;

  typename Call::Result take() {
    job_->check();
    return static_cast<AbandonableCall<Call>*>(job_)->take();
  }
};

template <class F, class... Args>
auto pool_run(PoolRef pool, AbandonOnCancel, F&& f, Args&&... args) {
  check_closure<F>();
  return AbandonableRun<ThreadCall<F, Args...>>(std::move(pool), std::forward<F>(f), std::forward<Args>(args)...);
}

}  // namespace detail
}  // namespace eddy
