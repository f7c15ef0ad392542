// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "eddy/core/task.h"
#include "eddy/io/stream.h"
#include "eddy/net/address.h"
#include "eddy/net/listener.h"
#include "eddy/net/udp.h"

namespace eddy::test {

/// What a name stands for on a DnsServer.
struct DnsName {
  std::vector<std::string> addresses;
  std::uint32_t ttl = 60;
  bool truncated_on_udp = false;
  bool silent = false;
};

/// A name server on loopback, for tests: answers A and AAAA over UDP and TCP from a table, and counts the questions.
class DnsServer {
 public:
  static Task<DnsServer> start() {
    DnsServer server;
    while (!server.udp_.is_open()) server.open();
    co_return server;
  }

  /// At the same port, for those who ask again over TCP: serve it with `serve_tcp`.
  std::vector<Listener> tcp() {
    std::vector<Listener> listeners;
    listeners.push_back(std::move(tcp_));
    return listeners;
  }

  std::string address() const { return udp_.local_address().to_string(); }
  std::uint16_t port() const { return udp_.port(); }

  /// Until cancelled.
  Task<> serve() {
    for (;;) {
      const Datagram question = co_await udp_.receive();
      ports.insert(question.address.port());
      const std::string answer = reply(question.bytes, true);
      if (!answer.empty()) co_await udp_.send_to(answer, question.address);
    }
  }

  Task<> serve_tcp(Stream client) {
    const std::string head = co_await client.read_exactly(2);
    const auto size = static_cast<std::size_t>(byte(head, 0) << 8 | byte(head, 1));
    const std::string answer = reply(co_await client.read_exactly(size), false);
    co_await client.write(number(static_cast<std::uint16_t>(answer.size())), answer);
  }

  std::map<std::string, DnsName> names;
  std::map<std::string, int> questions;
  std::set<std::uint16_t> ports;  ///< that questions came from
  int garbage = 0;                ///< so many answers are not DNS at all

 private:
  // UDP and TCP count their ports apart: what is free in one may be taken in the other.
  void open() {
    tcp_ = Listener::listen(Address::ip("127.0.0.1", 0));
    try {
      udp_ = UdpSocket::bind(tcp_.address());
    } catch (const std::system_error&) {
      return;
    }
  }

  static unsigned byte(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text.at(at)); }
  static std::string number(std::uint16_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
  }

  std::string reply(const std::string& question, bool udp) {
    if (garbage > 0) {
      --garbage;
      return "garbage";
    }
    std::string name;
    std::size_t at = 12;
    for (unsigned length = byte(question, at); length != 0; length = byte(question, at)) {
      if (!name.empty()) name += '.';
      name += question.substr(at + 1, length);
      at += length + 1;
    }
    const unsigned type = byte(question, at + 1) << 8 | byte(question, at + 2);
    ++questions[name];
    const std::string asked = question.substr(12, at + 5 - 12);
    const auto known = names.find(name);
    if (known == names.end()) return header(question, 0x8183, 0) + asked;  // no such name
    if (known->second.silent) return "";
    if (udp && known->second.truncated_on_udp) return header(question, 0x8380, 0) + asked;
    std::string records;
    std::uint16_t count = 0;
    for (const std::string& text : known->second.addresses) {
      const Address address = Address::ip(text, 0);
      const bool six = address.family() == AF_INET6;
      if (type != (six ? 28U : 1U)) continue;
      records += record(address, type, known->second.ttl);
      ++count;
    }
    return header(question, 0x8180, count) + asked + records;
  }

  static std::string header(const std::string& question, std::uint16_t flags, std::uint16_t answers) {
    return question.substr(0, 2) + number(flags) + number(1) + number(answers) + number(0) + number(0);
  }

  static std::string record(const Address& address, unsigned type, std::uint32_t ttl) {
    const bool six = type == 28;
    const char* bytes = reinterpret_cast<const char*>(address.data()) + (six ? 8 : 4);
    return number(0xc00c) + number(static_cast<std::uint16_t>(type)) + number(1) +
           number(static_cast<std::uint16_t>(ttl >> 16)) + number(static_cast<std::uint16_t>(ttl)) +
           number(six ? 16 : 4) + std::string(bytes, six ? 16 : 4);
  }

  UdpSocket udp_;
  Listener tcp_;
};

}  // namespace eddy::test
