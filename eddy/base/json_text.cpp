// SPDX-License-Identifier: MIT
#include "eddy/base/json_text.h"

#include <cstddef>
#include <cstdint>

namespace eddy::detail {
namespace {

constexpr char kHex[] = "0123456789abcdef";

bool continues(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

std::uint32_t smallest_of(std::size_t bytes) { return bytes == 2 ? 0x80 : bytes == 3 ? 0x800 : 0x10000; }

std::size_t bytes_announced(unsigned char lead) {
  if (lead >= 0xf0) return lead < 0xf8 ? 4 : 0;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 0;
}

/// How many bytes the character at the front takes that is not ASCII; 0 when it is no UTF-8.
std::size_t utf8_length(std::string_view text) {
  const std::size_t bytes = bytes_announced(static_cast<unsigned char>(text[0]));
  if (bytes == 0) return 0;
  std::uint32_t code = static_cast<unsigned char>(text[0]) & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!continues(text, i)) return 0;
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return code < smallest_of(bytes) || surrogate || code > 0x10ffff ? 0 : bytes;
}

/// Moves the first character over, or U+FFFD for a byte that is none.
void append_character(std::string& out, std::string_view& from) {
  const bool ascii = static_cast<unsigned char>(from[0]) < 0x80;
  const std::size_t bytes = ascii ? 1 : utf8_length(from);
  out += bytes > 0 ? from.substr(0, bytes) : std::string_view("\xef\xbf\xbd");
  from.remove_prefix(bytes > 0 ? bytes : 1);
}

void append_ascii(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      break;
  }
  if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) {
    out += c;
  } else {
    out += "\\u00";
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[c & 0xf];
  }
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) append_character(out, text);
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      append_ascii(out, text[0]);
      text.remove_prefix(1);
    } else {
      append_character(out, text);
    }
  }
  out += '"';
}

}  // namespace eddy::detail
