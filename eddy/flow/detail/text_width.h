// SPDX-License-Identifier: MIT
//
// How much room a text takes on a terminal. Of our own, because the C library's answer depends on a locale that most
// programs never set.
#pragma once

#include <string>
#include <string_view>

namespace eddy::detail {

/// The columns that a text in UTF-8 takes. Control characters take none.
int text_width(std::string_view text) noexcept;

/// The text, or its beginning with an ellipsis where it would take more than so many columns.
std::string shortened(std::string_view text, int columns, bool unicode);

/// The text on one line: control characters, line ends among them, become spaces.
std::string on_one_line(std::string text);

}  // namespace eddy::detail
