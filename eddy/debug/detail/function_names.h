// SPDX-License-Identifier: MIT
#pragma once

#include <source_location>
#include <string>
#include <unordered_map>

#include "eddy/core/function_name.h"

namespace eddy::debug::detail {

/// The short names of functions, each made once: many tasks wait in few functions.
class FunctionNames {
 public:
  const std::string& operator()(const std::source_location& at) {
    std::string& name = names_[at.function_name()];
    if (name.empty()) name = eddy::detail::short_function_name(at.function_name());
    return name;
  }

 private:
  std::unordered_map<const char*, std::string> names_;
};

}  // namespace eddy::debug::detail
