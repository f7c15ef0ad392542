// A chat server: what one says, all others hear. A slow or broken client holds nobody up: each has a queue of its own.
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <iostream>
#include <map>
#include <string>
#include <utility>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Stream;
using eddy::Task;

class Room {
 public:
  // One client, from its name to its end.
  Task<> serve(Stream client) {
    const std::string name = trimmed(co_await client.read_line());
    eddy::Queue<std::string> mail(100);
    members_[name] = &mail;
    tell_others(name, name + " came in");
    co_await eddy::finally(eddy::race(hear(client, mail), listen(client, name)), [&] { leave(name); });
  }

 private:
  Task<> hear(Stream& client, eddy::Queue<std::string>& mail) {
    for (;;) {
      const std::string text = co_await mail.get();
      co_await client.write(text, "\n");
    }
  }

  Task<> listen(Stream& client, const std::string& name) {
    auto lines = client.lines();
    while (auto line = co_await lines.next()) tell_others(name, name + ": " + *line);
  }

  void leave(const std::string& name) {
    members_.erase(name);
    tell_others(name, name + " left");
  }

  void tell_others(const std::string& from, const std::string& text) {
    for (auto& [name, mail] : members_) {
      if (name != from && !mail->full()) mail->put_nowait(text);  // who does not keep up misses some
    }
  }

  static std::string trimmed(std::string line) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    return line;
  }

  std::map<std::string, eddy::Queue<std::string>*> members_;
};

Task<Stream> enter(std::uint16_t port, std::string name) {
  Stream stream = co_await eddy::open_connection("127.0.0.1", port);
  co_await stream.write(name, "\n");
  co_return stream;
}

Task<> amain() {
  Room room;
  auto serve = [&room](Stream client) { return room.serve(std::move(client)); };
  eddy::Server server = co_await eddy::start_server(serve, "127.0.0.1", 0);

  Stream ada = co_await enter(server.port(), "ada");
  Stream bob = co_await enter(server.port(), "bob");
  std::cout << "ada hears: " << co_await ada.read_line();
  co_await bob.write("hello, ada\n");
  std::cout << "ada hears: " << co_await ada.read_line();
  co_await ada.write("hello, bob\n");
  std::cout << "bob hears: " << co_await bob.read_line();
  co_await bob.aclose();
  std::cout << "ada hears: " << co_await ada.read_line();
  co_await ada.aclose();
  co_await server.aclose();
}

int main() { eddy::run(amain()); }
