// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/wait_name.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace eddy::debug::detail {

std::string WaitName::text() const {
  if (!type_) return {};
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> plain(abi::__cxa_demangle(type_->name(), nullptr, nullptr, &status),
                                                          &std::free);
  std::string_view name = plain ? plain.get() : type_->name();
  for (std::string_view room : {"eddy::detail::", "eddy::test::detail::", "eddy::"}) {
    if (name.starts_with(room)) name.remove_prefix(room.size());
  }
  return std::string(name.substr(0, name.find('<')));
}

}  // namespace eddy::debug::detail
