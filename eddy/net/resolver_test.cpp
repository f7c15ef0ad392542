// SPDX-License-Identifier: MIT
#include "eddy/net/resolver.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eddy/combine/cancel_and_wait.h"
#include "eddy/combine/gather.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/task_group.h"
#include "eddy/core/create_task.h"
#include "eddy/net/connect.h"
#include "eddy/net/dns_server_test.h"
#include "eddy/net/resolve.h"
#include "eddy/net/server.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"
#include "eddy/time/timeout.h"

namespace eddy {
namespace {

using namespace std::chrono_literals;

std::string hosts(const std::vector<Address>& addresses) {
  std::vector<std::string> each;
  for (const Address& address : addresses) each.push_back(address.host());
  std::sort(each.begin(), each.end());
  std::string all;
  for (const std::string& host : each) all += (all.empty() ? "" : " ") + host;
  return all;
}

/// Runs the body beside a name server of its own and a resolver that asks it.
template <class Body>
void with_server(Body body) {
  test::run([&]() -> Task<> {
    test::DnsServer server = co_await test::DnsServer::start();
    ResolverOptions options;
    options.servers.push_back(server.address());
    options.timeout = 50ms;
    options.tries = 2;
    Resolver resolver(options);
    co_await task_group([&](TaskGroup& group) -> Task<> {
      group.create_task(server.serve());
      co_await body(server, resolver);
      group.cancel();
    });
  });
}

TEST(Resolver, QuestionsAtTheSameTimeComeFromPortsOfTheirOwn) {
  with_server([](test::DnsServer& server, Resolver& resolver) -> Task<> {
    constexpr std::size_t kMany = 100;
    for (std::size_t i = 0; i != kMany; ++i) {
      server.names["host" + std::to_string(i) + ".test"] = {.addresses = {"10.0.0." + std::to_string(i)}};
    }
    co_await task_group([&](TaskGroup& group) {
      for (std::size_t i = 0; i != kMany; ++i) {
        group.create_task([&resolver, i]() -> Task<> {
          const auto found = co_await resolver.resolve("host" + std::to_string(i) + ".test");
          EXPECT_EQ(hosts(found), "10.0.0." + std::to_string(i));
        });
      }
    });
    EXPECT_GE(server.ports.size(), 32u);
    server.ports.clear();
    for (std::size_t i = 0; i != 5; ++i) {
      resolver.clear_cache();
      co_await resolver.resolve("host1.test");
    }
    EXPECT_GE(server.ports.size(), 3u);  // one after the other, too; the kernel picks them
  });
}

EDDY_TEST(Resolve, LiteralsAndLocalhostAskNobody) {
  EXPECT_EQ(hosts(co_await resolve("127.0.0.1", 80)), "127.0.0.1");
  EXPECT_EQ(hosts(co_await resolve("::1")), "::1");
  EXPECT_EQ(hosts(co_await resolve("localhost")), "127.0.0.1 ::1");
  EXPECT_EQ((co_await resolve("App.LocalHost.", 80)).front().port(), 80);
}

EDDY_TEST(Resolve, WhatIsNoNameIsRefused) {
  const std::string bad[] = {"", "a b", "http://x", std::string("a\0b", 3), std::string(300, 'a')};
  for (const std::string& host : bad) {
    auto ended = co_await outcome(resolve(host));
    EXPECT_THROW(static_cast<void>(ended.value()), ResolveError) << host;
  }
}

TEST(Resolver, BothKindsOfAddresses) {
  with_server([](test::DnsServer& server, Resolver& resolver) -> Task<> {
    server.names["both.test"].addresses = {"192.0.2.1", "192.0.2.2", "2001:db8::1"};
    const auto found = co_await resolver.resolve("both.test", 443);
    EXPECT_EQ(hosts(found), "192.0.2.1 192.0.2.2 2001:db8::1");
    for (const Address& address : found) EXPECT_EQ(address.port(), 443);
  });
}

TEST(Resolver, RemembersForAsLongAsTheRecordsSay) {
  with_server([](test::DnsServer& server, Resolver& resolver) -> Task<> {
    server.names["a.test"].addresses = {"192.0.2.1"};
    server.names["a.test"].ttl = 10;
    static_cast<void>(co_await resolver.resolve("a.test"));
    const int asked = server.questions["a.test"];
    static_cast<void>(co_await resolver.resolve("A.Test."));
    co_await sleep(9s);
    static_cast<void>(co_await resolver.resolve("a.test"));
    EXPECT_EQ(server.questions["a.test"], asked);
    server.names["a.test"].addresses = {"192.0.2.9"};
    co_await sleep(2s);
    EXPECT_EQ(hosts(co_await resolver.resolve("a.test")), "192.0.2.9");
    resolver.clear_cache();
    static_cast<void>(co_await resolver.resolve("a.test"));
    EXPECT_EQ(server.questions["a.test"], 3 * asked);
  });
}

TEST(Resolver, SeveralTasksShareOneQuestionAndOneMayLeave) {
  with_server([](test::DnsServer& server, Resolver& resolver) -> Task<> {
    server.names["a.test"].addresses = {"192.0.2.1"};
    auto leaves = create_task([&]() -> Task<> { static_cast<void>(co_await resolver.resolve("a.test")); });
    auto stays = create_task([&]() -> Task<std::vector<Address>> { co_return co_await resolver.resolve("a.test"); });
    co_await sleep(0s);
    co_await cancel_and_wait(leaves);
    EXPECT_EQ((co_await stays).size(), 1u);
    EXPECT_LE(server.questions["a.test"], 2);  // one of each kind
  });
}

TEST(Resolver, AnUnknownNameIsAnErrorThatNamesIt) {
  with_server([](test::DnsServer&, Resolver& resolver) -> Task<> {
    auto ended = co_await outcome(resolver.resolve("nothing.test"));
    try {
      static_cast<void>(ended.value());
      ADD_FAILURE() << "no error";
    } catch (const ResolveError& error) {
      EXPECT_NE(std::string(error.what()).find("resolve nothing.test: "), std::string::npos) << error.what();
    }
  });
}

TEST(Resolver, ANameWithoutAddressesIsAnError) {
  with_server([](test::DnsServer& server, Resolver& resolver) -> Task<> {
    server.names["empty.test"];
    auto ended = co_await outcome(resolver.resolve("empty.test"));
    EXPECT_THROW(static_cast<void>(ended.value()), ResolveError);
  });
}

TEST(Resolver, ATruncatedAnswerIsAskedForAgainOverTcp) {
  with_server([](test::DnsServer& server, Resolver& resolver) -> Task<> {
    server.names["long.test"].addresses = {"192.0.2.1"};
    server.names["long.test"].truncated_on_udp = true;
    Server tcp =
        co_await start_server([&server](Stream client) { return server.serve_tcp(std::move(client)); }, server.tcp());
    EXPECT_EQ(hosts(co_await resolver.resolve("long.test")), "192.0.2.1");
    co_await tcp.aclose();
  });
}

TEST(Resolver, ASilentServerIsGivenUp) {
  with_server([](test::DnsServer& server, Resolver& resolver) -> Task<> {
    server.names["silent.test"].silent = true;
    auto ended = co_await outcome(resolver.resolve("silent.test"));
    EXPECT_THROW(static_cast<void>(ended.value()), ResolveError);
  });
}

TEST(Resolver, GarbageIsIgnored) {
  with_server([](test::DnsServer& server, Resolver& resolver) -> Task<> {
    server.names["a.test"].addresses = {"192.0.2.1"};
    server.garbage = 1;
    EXPECT_EQ(hosts(co_await resolver.resolve("a.test")), "192.0.2.1");
  });
}

TEST(Resolver, DestroyedItEndsItsQuestions) {
  with_server([](test::DnsServer& server, Resolver& resolver) -> Task<> {
    server.names["silent.test"].silent = true;
    auto asking = create_task([&]() -> Task<> {
      ResolverOptions options;
      options.servers.push_back(server.address());
      auto own = std::make_unique<Resolver>(options);
      auto question = create_task(own->resolve("silent.test"));
      co_await sleep(1ms);
      own.reset();
      auto ended = co_await outcome(question);
      EXPECT_THROW(static_cast<void>(ended.value()), ResolveError);
    });
    co_await asking;
    static_cast<void>(resolver);
  });
}

TEST(Resolver, ManyNamesAtOnce) {
  with_server([](test::DnsServer& server, Resolver& resolver) -> Task<> {
    std::vector<std::string> names;
    for (int i = 0; i != 200; ++i) names.push_back(std::to_string(i) + ".test");
    for (const std::string& name : names) server.names[name].addresses = {"192.0.2.1"};
    co_await task_group([&](TaskGroup& group) {
      for (const std::string& name : names) group.create_task(resolver.resolve(name));
    });
  });
}

EDDY_TEST(Resolver, ServersThatAreNoAddressesAreRefused) {
  ResolverOptions options;
  options.servers.push_back("not a server");
  EXPECT_THROW(Resolver{options}, RuntimeError);
  co_return;
}

}  // namespace
}  // namespace eddy
