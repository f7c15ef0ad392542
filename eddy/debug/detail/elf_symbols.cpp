// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/elf_symbols.h"

#include <cstring>

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "eddy/sys/fd.h"

namespace eddy::debug::detail {
namespace {

using Header = ElfW(Ehdr);
using Section = ElfW(Shdr);
using Symbol = ElfW(Sym);

std::span<const std::byte> map_file(const std::string& path) noexcept {
  const sys::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0 || status.st_size <= 0) return {};
  const auto size = static_cast<std::size_t>(status.st_size);
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (start == MAP_FAILED) return {};
  return {static_cast<const std::byte*>(start), size};
}

bool is_ours(std::span<const Header> header) noexcept {
  constexpr unsigned char kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  return !header.empty() && std::memcmp(header[0].e_ident, ELFMAG, SELFMAG) == 0 &&
         header[0].e_ident[EI_CLASS] == kClass && header[0].e_shentsize == sizeof(Section);
}

bool contains(const Symbol& symbol, std::uintptr_t address) noexcept {
  return ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF && address >= symbol.st_value &&
         address - symbol.st_value < symbol.st_size;
}

}  // namespace

ElfSymbols::ElfSymbols(const std::string& path) noexcept : file_(map_file(path)) {}

ElfSymbols::~ElfSymbols() {
  if (!file_.empty()) ::munmap(const_cast<std::byte*>(file_.data()), file_.size());
}

template <class T>
std::span<const T> ElfSymbols::at(std::uint64_t offset, std::uint64_t bytes) const noexcept {
  if (offset > file_.size() || bytes > file_.size() - offset || offset % alignof(T) != 0) return {};
  return {reinterpret_cast<const T*>(file_.data() + offset), static_cast<std::size_t>(bytes / sizeof(T))};
}

std::string_view ElfSymbols::find(std::uintptr_t address) const noexcept {
  const auto header = at<Header>(0, sizeof(Header));
  if (!is_ours(header)) return {};
  for (const std::size_t type : {SHT_SYMTAB, SHT_DYNSYM}) {
    if (const std::string_view name = find_in(type, address); !name.empty()) return name;
  }
  return {};
}

std::string_view ElfSymbols::find_in(std::size_t type, std::uintptr_t address) const noexcept {
  const Header& header = at<Header>(0, sizeof(Header))[0];
  const auto sections = at<Section>(header.e_shoff, std::uint64_t{header.e_shnum} * sizeof(Section));
  for (const Section& table : sections) {
    if (table.sh_type != type || table.sh_link >= sections.size()) continue;
    const Section& strings = sections[table.sh_link];
    const auto text = at<char>(strings.sh_offset, strings.sh_size);
    for (const Symbol& symbol : at<Symbol>(table.sh_offset, table.sh_size)) {
      if (!contains(symbol, address) || symbol.st_name >= text.size()) continue;
      const char* name = text.data() + symbol.st_name;
      return {name, ::strnlen(name, text.size() - symbol.st_name)};
    }
  }
  return {};
}

}  // namespace eddy::debug::detail
