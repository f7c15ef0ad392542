// SPDX-License-Identifier: MIT
#include "eddy/base/utf8.h"

#include <cstdint>

namespace eddy::detail {
namespace {

bool continues(std::string_view text, std::size_t at) noexcept {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

std::uint32_t smallest_of(std::size_t bytes) noexcept { return bytes == 2 ? 0x80 : bytes == 3 ? 0x800 : 0x10000; }

std::size_t bytes_announced(unsigned char lead) noexcept {
  if (lead >= 0xf0) return lead < 0xf8 ? 4 : 0;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 0;
}

}  // namespace

std::size_t utf8_length(std::string_view text) noexcept {
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

std::string valid_utf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const bool ascii = static_cast<unsigned char>(text[0]) < 0x80;
    const std::size_t length = ascii ? 1 : utf8_length(text);
    valid += length > 0 ? text.substr(0, length) : kReplacementCharacter;
    text.remove_prefix(length > 0 ? length : 1);
  }
  return valid;
}

}  // namespace eddy::detail
