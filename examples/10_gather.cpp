// gather: independent awaits run at the same time; the results come in the order of the arguments.
// SPDX-License-Identifier: MIT
#include <iostream>
#include <string>
#include <vector>

#include "eddy/eddy.h"

using namespace std::chrono_literals;
using eddy::Task;

struct User {
  int id;
  std::string name;
};

Task<User> fetch_user(int id) {
  std::cout << "  user asked for\n";
  co_await eddy::sleep(80ms);
  std::cout << "  user here\n";
  co_return User{id, "User" + std::to_string(id)};
}

Task<std::vector<std::string>> fetch_posts(int /*user_id*/) {
  std::cout << "  posts asked for\n";
  co_await eddy::sleep(40ms);
  std::cout << "  posts here\n";
  std::vector<std::string> posts{"Post 0", "Post 1", "Post 2"};
  co_return posts;
}

// Takes as long as both together: the posts are asked for only once the user is here.
Task<> profile_sequential(int id) {
  User user = co_await fetch_user(id);
  auto posts = co_await fetch_posts(id);
  std::cout << user.name << " has " << posts.size() << " posts\n";
}

// Takes as long as the slower of the two.
Task<> profile_concurrent(int id) {
  auto [user, posts] = co_await eddy::gather(fetch_user(id), fetch_posts(id));
  std::cout << user.name << " has " << posts.size() << " posts\n";
}

Task<> async_main() {
  std::cout << "sequential:\n";
  co_await profile_sequential(1);
  std::cout << "concurrent:\n";
  co_await profile_concurrent(1);
}

int main() { eddy::run(async_main()); }
