// SPDX-License-Identifier: MIT
#pragma once

#include <source_location>
#include <string>

namespace eddy::detail {

/// `Client::fetch` from what `source_location` calls a coroutine: `eddy::Task<int> Client::fetch(int)` with Clang, and
/// `void Client::fetch(…Frame*)` with GCC.
std::string short_function_name(const char* function_name);

/// "app.cpp:12", without the folders.
std::string short_place(const std::source_location& where);

}  // namespace eddy::detail
