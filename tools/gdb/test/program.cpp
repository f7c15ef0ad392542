// SPDX-License-Identifier: MIT
// What the debugger is tested on: tasks that wait in known places, and one that runs. `program live` says that they do,
// and sleeps.
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eddy/combine/as_completed.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/shield.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/core/outcome.h"
#include "eddy/core/run.h"
#include "eddy/io/stream.h"
#include "eddy/iter/async_generator.h"
#include "eddy/sync/event.h"
#include "eddy/sync/lock.h"
#include "eddy/sync/queue.h"
#include "eddy/sync/semaphore.h"
#include "eddy/threads/loop_thread.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

using namespace std::chrono_literals;
using eddy::Task;

extern "C" [[gnu::noinline]] void stop_here() { asm volatile("" ::: "memory"); }

namespace {

Task<> nap() { co_await eddy::sleep(1h); }

struct Things {
  eddy::Queue<int> jobs{8};
  eddy::Queue<int> passed;
  eddy::LifoQueue<std::string> names;
  eddy::PriorityQueue<int> urgent;
  eddy::Lock lock;
  eddy::Semaphore slots{3};
  eddy::Event go;
  eddy::Event went;
  eddy::StreamPair pipe = eddy::memory_stream_pair();
  eddy::Outcome<int> good{std::in_place, 42};
  eddy::Outcome<int> bad = eddy::Outcome<int>::failed(std::make_exception_ptr(std::runtime_error("no luck")));
  eddy::Outcome<int> cancelled = eddy::Outcome<int>::was_cancelled();
  eddy::Duration delay = 1500ms;
  eddy::TimePoint deadline{90s};
  Task<> emptied = nap();
  Task<> unstarted = std::move(emptied);
  eddy::TaskHandle<> handle;
  eddy::AnyTask any;
  eddy::AnyTask failed;
  eddy::AnyTask over;
  eddy::Loop* loop = &eddy::get_running_loop();
  eddy::detail::Step nothing;
};

[[gnu::used]] Things* all = nullptr;  // for `print *all`

Task<int> next_job(Things& things) { co_return co_await things.jobs.get(); }

Task<> consume(Things& things) { (void)co_await next_job(things); }

Task<> hold(Things& things) {
  auto guard = co_await things.lock.acquire();
  co_await things.go.wait();
}

Task<> want(eddy::Lock& lock) { (void)co_await lock.acquire(); }

Task<> both(Things& things) { co_await eddy::gather(nap(), consume(things)); }

Task<> family(Things& things) {
  auto body = [&](eddy::TaskGroup& group) -> Task<> {
    group.create_task(nap).set_name("first");
    group.create_task(both, std::ref(things)).set_name("second");
    co_await things.go.wait();
  };
  co_await eddy::task_group(std::ref(body));
}

Task<> crowd() {
  auto body = [](eddy::TaskGroup& group) {
    group.limit(1);
    group.create_task(nap).set_name("in");
    group.create_task(nap).set_name("out");
  };
  co_await eddy::task_group(body);
}

Task<> read(Things& things) { (void)co_await things.pipe.first.read_line(); }

Task<> join(Things& things) { co_await things.handle; }

Task<> limited(Things& things) { co_await eddy::wait_for(consume(things), 2h); }

eddy::AsyncGenerator<int> count() {
  co_yield 1;
  co_await nap();
  co_yield 2;
}

Task<> iterate() {
  auto numbers = count();
  while (auto number = co_await numbers.next()) (void)*number;
}

Task<> ended() { co_return; }

Task<> fails() {
  co_await eddy::checkpoint();
  throw std::runtime_error("no luck");
}

Task<> down(Things& things, int depth) {
  if (depth == 0) {
    co_await things.went.wait();
  } else {
    co_await down(things, depth - 1);
  }
  stop_here();
}

Task<> stubborn() { co_await eddy::shield(nap()); }

Task<> quitter() {
  std::vector<Task<>> tasks;
  tasks.push_back(stubborn());
  auto completed = eddy::as_completed(std::move(tasks));
  co_await eddy::checkpoint();  // and leaves it behind
}

struct StopsAtEnd {
  StopsAtEnd() = default;
  StopsAtEnd(const StopsAtEnd&) = delete;
  StopsAtEnd& operator=(const StopsAtEnd&) = delete;
  [[gnu::noinline]] ~StopsAtEnd() {
    stop_here();
    asm volatile("" ::: "memory");  // no tail call
  }
};

Task<> inner() {
  StopsAtEnd here;
  co_await nap();
}

Task<> outer() { co_await inner(); }

Task<> late(Things& things) { co_await things.went.wait(); }

Task<> branch() {
  stop_here();
  co_await nap();
}

Task<> busy(Things& things) {
  co_await down(things, 2);
  co_await eddy::gather(nap(), branch());
}

template <class... A>
void start(const char* name, A&&... work) {
  eddy::create_task(std::forward<A>(work)...).set_name(name);
}

void start_all(Things& things) {
  things.handle = eddy::create_task(nap);
  things.handle.set_name("sleeper");
  things.any = things.handle;
  things.failed = eddy::create_task(fails);
  things.failed.set_name("failed");
  things.over = eddy::create_task(ended);
  things.over.set_name("over");
  start("consumer", consume, std::ref(things));
  start("holder", hold, std::ref(things));
  start("waiter", want, std::ref(things.lock));
  start("family", family, std::ref(things));
  start("reader", read, std::ref(things));
  start("joiner", join, std::ref(things));
  start("limited", limited, std::ref(things));
  start("iterator", iterate);
  start("plain", eddy::sleep(30min));
  start("busy", busy, std::ref(things));
  start("late", late, std::ref(things));
  start("crowd", crowd);
  start("quitter", quitter);
}

void fill(Things& things) {
  for (int i = 0; i < 8; ++i) things.passed.put_nowait(i);
  for (int i = 0; i < 3; ++i) (void)things.passed.get_nowait();
  for (int i = 8; i < 10; ++i) things.passed.put_nowait(i);  // round the corner of its ring
  things.names.put_nowait("last");
  things.urgent.put_nowait(3);
  things.urgent.put_nowait(1);
}

void say_waiting() {
  std::puts("waiting");
  std::fflush(stdout);
}

Task<> main_task(bool live) {
  Things things;
  all = &things;
  eddy::current_task().set_name("main");
  start_all(things);
  fill(things);
  auto permit = co_await things.slots.acquire();
  auto doomed = eddy::create_task(outer);
  doomed.set_name("doomed");
  co_await eddy::sleep(20ms);
  if (live) {
    eddy::get_running_loop().call_soon(say_waiting);  // once this task waits, too
  } else {
    things.went.set();
    doomed.cancel("no longer needed");
  }
  co_await things.go.wait();
}

void run_elsewhere(eddy::LoopThread& other) {
  auto sleeper = other.run([]() -> Task<> {
    eddy::current_task().set_name("elsewhere");
    co_await nap();
  });
  other.run(ended).get();  // the other waits by now
}

}  // namespace

int main(int argc, char** argv) {
  eddy::LoopThread other;
  run_elsewhere(other);
  eddy::Loop parked;  // runs on no thread
  parked.create_task(ended).set_name("parked");
  eddy::run(main_task(argc > 1 && std::string_view(argv[1]) == "live"));
}
