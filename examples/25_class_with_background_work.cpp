// A class that owns background tasks: a Scope member starts them, close() ends them.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

class Mailer {
 public:
  void send(std::string to) { tasks_.create_task(&Mailer::deliver, this, std::move(to)); }

  Task<> aclose() {
    co_await tasks_.join();   // what was accepted gets delivered; close() alone would cancel it
    co_await tasks_.close();  // from now on nothing is accepted
  }

 private:
  Task<> deliver(std::string to) {
    co_await eddy::sleep(20ms);
    std::cout << "delivered to " << to << '\n';
  }

  eddy::Scope tasks_;
};

Task<> async_main() {
  Mailer mailer;
  mailer.send("ann");
  mailer.send("bob");
  std::cout << "sent\n";
  co_await mailer.aclose();
  std::cout << "closed\n";
}

int main() { eddy::run(async_main()); }
