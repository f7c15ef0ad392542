// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/type_name.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace eddy::debug::detail {

std::string type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> plain(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                          &std::free);
  std::string name = plain ? plain.get() : type.name();
  for (const std::string_view room : {"eddy::detail::", "eddy::test::detail::", "eddy::test::", "eddy::"}) {
    if (name.starts_with(room)) name.erase(0, room.size());
  }
  return name.substr(0, name.find('<'));
}

}  // namespace eddy::debug::detail
