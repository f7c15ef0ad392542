// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace eddy::detail {

/// An error in words that another process can make it from again.
std::string encode_error(const std::exception_ptr& error);
/// Throws it there: as the same type if that is a well-known one, else as RemoteError.
[[noreturn]] void throw_remote_error(std::string_view bytes);

}  // namespace eddy::detail
