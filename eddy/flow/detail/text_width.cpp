// SPDX-License-Identifier: MIT
#include "eddy/flow/detail/text_width.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace eddy::detail {
namespace {

struct Symbol {
  char32_t code;
  std::size_t bytes;
};

/// The next symbol; a byte that is no UTF-8 counts as one.
Symbol first_symbol(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (bytes == 1 || bytes > text.size()) return {lead, 1};
  char32_t code = lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0U) != 0x80U) return {lead, 1};
    code = (code << 6U) | (next & 0x3fU);
  }
  return {code, bytes};
}

struct Range {
  char32_t first;
  char32_t last;
};

// Marks that stand on the symbol before them.
constexpr Range kNoWidth[] = {{0x0300, 0x036f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}};
// East Asian scripts, full-width forms, pictures.
constexpr Range kTwoColumns[] = {{0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},
                                 {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};

template <std::size_t N>
bool is_in(const Range (&ranges)[N], char32_t code) noexcept {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [code](const Range& range) { return range.first <= code && code <= range.last; });
}

bool is_control(char32_t code) noexcept { return code < 0x20 || code == 0x7f; }

int width_of(char32_t code) noexcept {
  if (is_control(code) || is_in(kNoWidth, code)) return 0;
  return is_in(kTwoColumns, code) ? 2 : 1;
}

/// The longest beginning that takes at most so many columns.
std::string_view beginning(std::string_view text, int columns) noexcept {
  std::size_t end = 0;
  while (end < text.size()) {
    const Symbol symbol = first_symbol(text.substr(end));
    columns -= width_of(symbol.code);
    if (columns < 0) break;
    end += symbol.bytes;
  }
  return text.substr(0, end);
}

}  // namespace

int text_width(std::string_view text) noexcept {
  int width = 0;
  while (!text.empty()) {
    const Symbol symbol = first_symbol(text);
    width += width_of(symbol.code);
    text.remove_prefix(symbol.bytes);
  }
  return width;
}

std::string shortened(std::string_view text, int columns, bool unicode) {
  if (text_width(text) <= columns) return std::string(text);
  const std::string_view ellipsis = unicode ? "…" : "..";
  const int room = columns - text_width(ellipsis);
  if (room <= 0) return std::string(beginning(text, std::max(columns, 0)));
  return std::string(beginning(text, room)).append(ellipsis);
}

std::string on_one_line(std::string text) {
  std::replace_if(text.begin(), text.end(), [](char c) { return is_control(static_cast<unsigned char>(c)); }, ' ');
  return text;
}

}  // namespace eddy::detail
