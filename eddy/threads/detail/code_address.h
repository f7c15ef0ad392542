// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace eddy::detail {

/// Where a function lies, in words that every process of the same binary understands, wherever the kernel has put the
/// binary and its libraries.
struct CodeAddress {
  CodeAddress() = default;
  CodeAddress(std::string file, std::uint64_t at) : module(std::move(file)), offset(at) {}
  std::string module;  ///< the shared library; empty for the program itself
  std::uint64_t offset = 0;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(module, offset);
  }
};

/// Throws RuntimeError when `code` is in no loaded module (made at run time, say).
CodeAddress locate(const void* code);
/// Throws RuntimeError when the module is not loaded here and cannot be.
void* resolve(const CodeAddress& address);

}  // namespace eddy::detail
