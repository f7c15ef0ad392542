// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/code_address.h"

#include <string_view>

#include <dlfcn.h>
#include <link.h>

#include "eddy/base/error.h"

namespace eddy::detail {
namespace {

struct ByAddress {
  std::uintptr_t code;
  CodeAddress found;
};

bool contains(const dl_phdr_info& module, std::uintptr_t code) noexcept {
  for (int i = 0; i < module.dlpi_phnum; ++i) {
    const auto& segment = module.dlpi_phdr[i];
    std::uintptr_t begin = module.dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && code >= begin && code < begin + segment.p_memsz) return true;
  }
  return false;
}

int match_address(dl_phdr_info* module, std::size_t, void* data) {
  auto& wanted = *static_cast<ByAddress*>(data);
  if (!contains(*module, wanted.code)) return 0;
  wanted.found = CodeAddress(module->dlpi_name ? module->dlpi_name : "", wanted.code - module->dlpi_addr);
  return 1;
}

struct ByName {
  std::string_view name;
  std::uintptr_t base;
};

int match_name(dl_phdr_info* module, std::size_t, void* data) {
  auto& wanted = *static_cast<ByName*>(data);
  if (wanted.name != (module->dlpi_name ? module->dlpi_name : "")) return 0;
  wanted.base = module->dlpi_addr;
  return 1;
}

}  // namespace

CodeAddress locate(const void* code) {
  ByAddress wanted{reinterpret_cast<std::uintptr_t>(code), {}};
  if (::dl_iterate_phdr(match_address, &wanted) == 0) {
    throw RuntimeError("this function cannot run in a worker process: it lies in no module that a process loads");
  }
  return std::move(wanted.found);
}

void* resolve(const CodeAddress& address) {
  ByName wanted{address.module, 0};
  bool found = ::dl_iterate_phdr(match_name, &wanted) != 0;
  if (!found && ::dlopen(address.module.c_str(), RTLD_NOW) != nullptr) {
    found = ::dl_iterate_phdr(match_name, &wanted) != 0;
  }
  if (!found) throw RuntimeError("the worker process cannot load '" + address.module + "', where the function lies");
  return reinterpret_cast<void*>(wanted.base + address.offset);
}

}  // namespace eddy::detail
