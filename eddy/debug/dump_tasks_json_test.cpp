// SPDX-License-Identifier: MIT
#include <chrono>
#include <regex>
#include <string>

#include <gmock/gmock.h>

#include "eddy/combine/gather.h"
#include "eddy/combine/wait.h"
#include "eddy/debug/dump_tasks.h"
#include "eddy/sync/lock.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy::debug {
namespace {

using namespace std::chrono_literals;

/// Without addresses, and the folders and lines of this file.
std::string plain(std::string text) {
  text = std::regex_replace(text, std::regex("0x[0-9a-f]+"), "0x");
  text = std::regex_replace(text, std::regex("\"file\":\"[^\"]*dump_tasks_json_test.cpp\""), "\"file\":\"HERE\"");
  return std::regex_replace(text, std::regex("\"line\":[0-9]+"), "\"line\":1");
}

Task<> hold_twice(Lock& lock) {
  auto guard = co_await lock.acquire();
  co_await wait_for(gather(lock.acquire(), sleep(10s)), 5s);
}

EDDY_TEST(DumpTasksJsonTest, HasTheFieldsThatArePromised) {
  Lock lock;
  get_running_loop().set_debug(true);
  co_await sleep(0s);
  current_task().set_name("a \"main\"\n");
  auto task = create_task(hold_twice, std::ref(lock));
  task.set_name("b");
  co_await sleep(1s);
  EXPECT_EQ(
      plain(dump_tasks_json()),
      R"({"loop":"0x","deadlocks":[{"tasks":["0x","0x"],"until_ms":4000,"text":"deadlock until the timeout of task 'b' in 4.0 s: )"
      R"(task 'b' waits for gather, 2 left, among them branch 1 of task 'b'; )"
      R"(branch 1 of task 'b' waits for Lock 0x held by task 'b'"}],"tasks":[)"
      R"({"id":"0x","depth":0,"kind":"task","name":"a \"main\"\n","state":"running","cancelled":false,)"
      R"("age_ms":1000,"frames":[]},)"
      R"({"id":"0x","depth":0,"kind":"task","name":"b","state":"waiting","cancelled":false,)"
      R"("age_ms":1000,"waiting_ms":1000,"timeout_ms":4000,)"
      R"("waits_for":{"text":"gather, 2 left","what":"gather","detail":"2 left"},)"
      R"("frames":[{"function":"eddy::debug::hold_twice","file":"HERE","line":1}]},)"
      R"({"id":"0x","parent":"0x","depth":1,"kind":"branch","number":1,"state":"waiting","cancelled":false,"timeout_ms":4000,)"
      R"("waits_for":{"text":"Lock 0x held by task 'b'","what":"Lock","which":"0x","holder":"held by task 'b'"},"frames":[]},)"
      R"({"id":"0x","parent":"0x","depth":1,"kind":"branch","number":2,"state":"waiting","cancelled":false,"timeout_ms":4000,)"
      R"("waits_for":{"text":"Sleep, 9.0 s left","what":"Sleep","ends_in_ms":9000},"frames":[]}]})");
  task.cancel("enough");
  EXPECT_THAT(dump_tasks_json(), testing::HasSubstr(R"("cancelled":true,"cancel_reason":"enough")"));
  co_await wait(task);
}

TEST(DumpTasksJsonTest, OfALoopWithoutTasksHasEmptyLists) {
  Loop loop;
  EXPECT_EQ(plain(dump_tasks_json(loop)), R"({"loop":"0x","deadlocks":[],"tasks":[]})");
  EXPECT_THROW(dump_tasks_json(), RuntimeError);
}

}  // namespace
}  // namespace eddy::debug
