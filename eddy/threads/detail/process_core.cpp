// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/process_core.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "eddy/combine/race.h"
#include "eddy/core/loop.h"
#include "eddy/core/readiness.h"
#include "eddy/threads/detail/remote_error.h"
#include "eddy/threads/detail/worker_main.h"
#include "eddy/threads/worker_error.h"
#include "eddy/time/timeout.h"

namespace eddy::detail {

using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 2s;  // for a worker that has hung up, or was told to leave, to be gone

std::size_t at_least_one(std::size_t workers) {
  return workers != 0 ? workers : std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
}

ProcessPoolSettings complete(ProcessPoolSettings settings) {
  settings.workers = at_least_one(settings.workers);
  return settings;
}

/// Keeps virtual clocks from running ahead of what happens in another process.
class OutsideWork {
 public:
  OutsideWork() : loop_(get_running_loop()) { loop_.begin_outside_work(); }
  OutsideWork(const OutsideWork&) = delete;
  OutsideWork& operator=(const OutsideWork&) = delete;
  ~OutsideWork() { loop_.end_outside_work(); }

 private:
  Loop& loop_;
};

Task<MessageState> send(WorkerProcess& worker, Message request) {
  Sender sender(std::move(request));
  MessageState state = sender.send(worker.socket());
  while (state == MessageState::kBlocked) {
    co_await race(writable(worker.socket()), readable(worker.pidfd()));
    state = sender.send(worker.socket());
    if (state == MessageState::kBlocked && worker.ended()) co_return MessageState::kClosed;
  }
  co_return state;
}

// The process is watched beside the socket: a child of its own may keep the socket open.
Task<MessageState> receive(WorkerProcess& worker, Message& answer) {
  Receiver receiver;
  MessageState state = receiver.receive(worker.socket());
  while (state == MessageState::kBlocked) {
    co_await race(readable(worker.socket()), readable(worker.pidfd()));
    bool gone = worker.ended().has_value();  // asked first: what it has sent is there then
    state = receiver.receive(worker.socket());
    if (state == MessageState::kBlocked && gone) co_return MessageState::kClosed;
  }
  if (state == MessageState::kDone) answer = receiver.take();
  co_return state;
}

Task<ProcessEnd> end_of(WorkerProcess& worker) {
  bool left = static_cast<bool>(co_await try_for(readable(worker.pidfd()), kPatience));
  if (!left) {
    worker.kill();
    co_await readable(worker.pidfd());
  }
  co_return worker.ended().value_or(ProcessEnd());
}

}  // namespace

/// A worker while it serves a call.
class ProcessCore::Lease {
 public:
  explicit Lease(ProcessCore& core) : core_(core), worker_(core.take_worker()) { core_.busy_.push_back(worker_.get()); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    if (worker_) core_.let_die(leave());
  }

  WorkerProcess& worker() noexcept { return *worker_; }
  void give_back() noexcept { core_.give_back(leave()); }

 private:
  Worker leave() noexcept {
    std::erase(core_.busy_, worker_.get());
    return std::move(worker_);
  }
  OutsideWork outside_;
  ProcessCore& core_;
  Worker worker_;
};

ProcessCore::ProcessCore(const ProcessPoolSettings& settings)
    : settings_(complete(settings)), slots_(settings_.workers) {
  link_worker();
  // Room for all, so that the destructors of leases need none.
  idle_.reserve(settings_.workers);
  busy_.reserve(settings_.workers);
}

void ProcessCore::check_open() const {
  if (!open_) throw_closed();
}

void ProcessCore::throw_closed() {
  throw RuntimeError("the process pool is closed: close a pool only when nobody uses it any more");
}

Task<Message> ProcessCore::call(std::shared_ptr<ProcessCore> core, Message request) {
  core->check_open();
  auto slot = co_await core->slots_.acquire();
  if (core->shut_down_) throw_closed();  // one that merely closes serves those who were in line before
  Lease lease(*core);
  Message answer;
  MessageState state = co_await send(lease.worker(), std::move(request));
  if (state == MessageState::kDone) state = co_await receive(lease.worker(), answer);
  if (state == MessageState::kClosed) {
    ProcessEnd end = co_await end_of(lease.worker());
    throw_died(lease.worker(), end);
  }
  lease.give_back();
  if (answer.kind == MessageKind::kError) throw_remote_error(answer.bytes());
  co_return answer;
}

void ProcessCore::throw_died(WorkerProcess& worker, const ProcessEnd& end) {
  std::string before = worker.calls == 0 ? "before or during its first call" : "during a call";
  throw WorkerDied("worker process " + std::to_string(worker.pid()) + " " + end.text() + " " + before, end.signal,
                   end.exit_code);
}

// An idle worker may have died meanwhile, and nobody needs to know.
ProcessCore::Worker ProcessCore::take_worker() {
  bury();
  while (!idle_.empty()) {
    Worker worker = std::move(idle_.back());
    idle_.pop_back();
    if (!worker->ended()) return worker;
  }
  dying_.reserve(dying_.size() + settings_.workers);
  return std::make_unique<WorkerProcess>(settings_.memory_max);
}

void ProcessCore::give_back(Worker worker) noexcept {
  ++worker->calls;
  bool used_up = settings_.calls_per_worker != 0 && worker->calls >= settings_.calls_per_worker;
  if (used_up || shut_down_) {
    worker->hang_up();
    dying_.push_back(std::move(worker));
  } else {
    idle_.push_back(std::move(worker));
  }
}

void ProcessCore::let_die(Worker worker) noexcept {
  worker->kill();
  if (worker->ended()) return;
  dying_.push_back(std::move(worker));
}

void ProcessCore::bury() noexcept {
  std::erase_if(dying_, [](Worker& worker) { return worker->ended().has_value(); });
}

Task<> ProcessCore::close(std::shared_ptr<ProcessCore> core) {
  core->open_ = false;
  std::vector<Permit> slots;  // when all are here, no call is in progress
  slots.reserve(core->settings_.workers);
  while (slots.size() < core->settings_.workers) slots.push_back(co_await core->slots_.acquire());
  OutsideWork outside;
  for (Worker& worker : core->idle_) {
    worker->hang_up();
    core->dying_.push_back(std::move(worker));
  }
  core->idle_.clear();
  for (Worker& worker : core->dying_) co_await end_of(*worker);
  core->dying_.clear();
}

void ProcessCore::shut_down() noexcept {
  open_ = false;
  shut_down_ = true;
  for (WorkerProcess* worker : busy_) worker->kill();
  for (Worker& worker : dying_) worker->kill();  // not more: a `close` may be waiting for them
  idle_.clear();
}

std::vector<int> ProcessCore::pids() const {
  std::vector<int> result;
  for (const Worker& worker : idle_) result.push_back(worker->pid());
  for (const WorkerProcess* worker : busy_) result.push_back(worker->pid());
  return result;
}

}  // namespace eddy::detail
