// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace eddy::debug::detail {

/// The functions of a program or a library, by address: what its symbol tables say, which release builds have too,
/// unless they were stripped.
///
/// Maps the file for as long as it lives. A file that is not there, or is none of this machine's, has no functions;
/// nothing in a damaged one is trusted.
class ElfSymbols {
 public:
  explicit ElfSymbols(const std::string& path) noexcept;
  ElfSymbols(const ElfSymbols&) = delete;
  ElfSymbols& operator=(const ElfSymbols&) = delete;
  ~ElfSymbols();

  /// The mangled name of the function that contains the address, as the file counts addresses; empty for none. Valid
  /// as long as this.
  std::string_view find(std::uintptr_t address) const noexcept;

 private:
  std::string_view find_in(std::size_t table, std::uintptr_t address) const noexcept;
  template <class T>
  std::span<const T> at(std::uint64_t offset, std::uint64_t bytes) const noexcept;

  std::span<const std::byte> file_;
};

}  // namespace eddy::debug::detail
