// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/native_stack.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string_view>

#include "eddy/core/function_name.h"
#include "eddy/debug/detail/elf_symbols.h"
#include "eddy/debug/detail/source_lines.h"

namespace eddy::debug::detail {
namespace {

/// An address as its file counts it.
struct InFile {
  std::string path;
  std::uintptr_t address = 0;
  bool library = false;
};

std::string own_path() {
  char path[4096];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  return length > 0 ? std::string(path, static_cast<std::size_t>(length)) : std::string();
}

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 35)

// Without a lock: that of dl_iterate_phdr stays locked in the child of a fork at which another thread had it.
InFile locate(std::uintptr_t address) {
  dl_find_object found{};
  if (::_dl_find_object(reinterpret_cast<void*>(address), &found) != 0) return {{}, address, true};
  const link_map& object = *found.dlfo_link_map;
  const bool library = object.l_name && *object.l_name;
  return {library ? object.l_name : own_path(), address - object.l_addr, library};
}

#else

struct Search {
  std::uintptr_t address;
  InFile found;
};

bool contains(const dl_phdr_info& object, std::uintptr_t address) noexcept {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const auto& segment = object.dlpi_phdr[i];
    const std::uintptr_t begin = object.dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && address >= begin && address - begin < segment.p_memsz) return true;
  }
  return false;
}

int visit(dl_phdr_info* object, std::size_t, void* data) {
  auto& search = *static_cast<Search*>(data);
  if (!contains(*object, search.address)) return 0;
  const bool library = object->dlpi_name && *object->dlpi_name;
  search.found = {library ? object->dlpi_name : own_path(), search.address - object->dlpi_addr, library};
  return 1;
}

InFile locate(std::uintptr_t address) {
  Search search{address, {{}, address, true}};
  ::dl_iterate_phdr(visit, &search);
  return search.found;
}

#endif

struct Free {
  void operator()(char* text) const noexcept { std::free(text); }
};

std::string demangled(std::string_view name) {
  const std::string mangled(name);
  int status = 0;
  const std::unique_ptr<char, Free> text(abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status));
  return status == 0 ? text.get() : mangled;
}

// Below these is nothing but the loop.
bool is_the_loop(std::string_view function) noexcept {
  for (const std::string_view end :
       {"eddy::detail::drive(", "eddy::detail::Call::run(", "eddy::Loop::", "eddy::detail::DebugMode::dispatch("}) {
    if (function.starts_with(end)) return true;
  }
  return false;
}

std::string unknown_function(const InFile& where) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%zx", static_cast<std::size_t>(where.address));
  return std::string(text) + " in " + where.path.substr(where.path.rfind('/') + 1);
}

struct Call {
  InFile where;
  std::string function;  ///< demangled; empty for unknown
  std::vector<SourceLine> lines;
};

std::vector<Call> calls_of(const std::vector<std::uintptr_t>& code) {
  std::map<std::string, ElfSymbols> files;
  std::vector<Call> calls;
  for (const std::uintptr_t address : code) {
    InFile where = locate(address);
    const std::string_view symbol = files.try_emplace(where.path, where.path).first->second.find(where.address);
    std::string function = symbol.empty() ? std::string() : demangled(symbol);
    if (is_the_loop(function)) break;
    calls.push_back({std::move(where), std::move(function), {}});
  }
  return calls;
}

// Libraries rarely come with debug information, and it would take time to see that.
void add_lines(std::vector<Call>& calls, FunctionRef<bool()> go_on) {
  std::vector<Call*> own;
  std::vector<std::uintptr_t> addresses;
  for (Call& call : calls) {
    if (call.where.library) continue;
    own.push_back(&call);
    addresses.push_back(call.where.address);
  }
  if (own.empty() || !go_on()) return;
  auto lines = source_lines(own.front()->where.path, addresses, go_on);
  for (std::size_t i = 0; i < own.size(); ++i) own[i]->lines = std::move(lines[i]);
}

std::string short_name(const std::string& function) { return eddy::detail::short_function_name(function.c_str()); }

NativeFrame frame_of(const Call& call) {
  NativeFrame frame;
  frame.function = call.function.empty() ? unknown_function(call.where) : short_name(call.function);
  frame.foreign = call.where.library || frame.function.starts_with("std::");
  return frame;
}

/// What was inlined bears the names of the debug information, and the function itself that of the symbol.
void add_frames(const Call& call, std::vector<NativeFrame>& frames) {
  for (std::size_t i = 0; i + 1 < call.lines.size(); ++i) {
    const SourceLine& line = call.lines[i];
    frames.push_back({short_name(line.function), line.file, line.line, line.file.starts_with("/usr/")});
  }
  NativeFrame frame = frame_of(call);
  if (!call.lines.empty()) {
    frame.file = call.lines.back().file;
    frame.line = call.lines.back().line;
    frame.foreign = frame.foreign || frame.file.starts_with("/usr/");
  }
  frames.push_back(std::move(frame));
}

std::string short_place(const NativeFrame& frame) {
  return frame.file.substr(frame.file.rfind('/') + 1) + ":" + std::to_string(frame.line);
}

}  // namespace

std::vector<NativeFrame> native_frames(const std::vector<std::uintptr_t>& code, std::size_t left_out,
                                       FunctionRef<bool()> go_on) {
  std::vector<Call> calls = calls_of(code);
  add_lines(calls, go_on);
  std::vector<NativeFrame> frames;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    add_frames(calls[i], frames);
    if (i + 1 == code.size() / 2) frames.back().left_out = left_out;
  }
  if (frames.size() > 1 && frames.back().function.starts_with("eddy::UniqueFunction")) frames.pop_back();
  return frames;
}

std::string place_text(const std::vector<NativeFrame>& frames) {
  for (const NativeFrame& frame : frames) {
    if (frame.foreign) continue;
    return (frame.line > 0 ? "at " + short_place(frame) + " " : "") + "in " + frame.function;
  }
  return {};
}

std::string frame_lines(const std::vector<NativeFrame>& frames) {
  std::string text;
  for (const NativeFrame& frame : frames) {
    text += "\n    in " + frame.function;
    if (frame.line > 0) text += " at " + frame.file + ":" + std::to_string(frame.line);
    if (frame.left_out > 0) text += "\n    … and " + std::to_string(frame.left_out) + " more, then";
  }
  return text;
}

}  // namespace eddy::debug::detail
