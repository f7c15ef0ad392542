// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace eddy::detail {

/// U+FFFD, which stands for what is no UTF-8.
inline constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";

/// How many bytes the character at the front takes that is not ASCII; 0 when it is no UTF-8.
std::size_t utf8_length(std::string_view text) noexcept;

/// The text with each byte that is no UTF-8 replaced, so that readers accept it.
std::string valid_utf8(std::string_view text);

}  // namespace eddy::detail
