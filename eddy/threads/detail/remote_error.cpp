// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/remote_error.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <typeinfo>
#include <utility>

#include "eddy/base/error.h"
#include "eddy/threads/detail/codec.h"
#include "eddy/threads/worker_error.h"

namespace eddy::detail {
namespace {

struct KnownType {
  const std::type_info& type;
  void (*raise)(const std::string& message);
};

template <class E>
constexpr KnownType known() {
  return {typeid(E), [](const std::string& message) { throw E(message); }};
}

// Those whose text is their type's.
template <class E>
constexpr KnownType known_by_type() {
  return {typeid(E), [](const std::string&) { throw E(); }};
}

const KnownType kKnownTypes[] = {
    known<std::runtime_error>(),    known<std::logic_error>(),
    known<std::invalid_argument>(), known<std::out_of_range>(),
    known<std::domain_error>(),     known<std::length_error>(),
    known<std::range_error>(),      known<std::overflow_error>(),
    known<std::underflow_error>(),  known<RuntimeError>(),
    known<InvalidStateError>(),     known<TimeoutError>(),
    known<TaskCancelled>(),         known_by_type<std::bad_alloc>(),
    known_by_type<std::bad_cast>(), known_by_type<std::bad_optional_access>(),
};

std::string readable(const std::type_info& type) {
  int status = 0;
  std::unique_ptr<char, decltype(&std::free)> plain(abi::__cxa_demangle(type.name(), nullptr, nullptr, &status),
                                                    &std::free);
  return plain ? plain.get() : type.name();
}

std::string what_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    const char* text = e.what();
    return text ? text : "";
  } catch (...) {
    return "not a std::exception";
  }
}

/// The code of a std::system_error; category 0 for all else, and for categories that only the worker knows.
struct Code {
  int category = 0;  ///< 1: generic, 2: system
  int value = 0;
};

Code code_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::system_error& e) {
    const std::error_category& category = e.code().category();
    if (category == std::generic_category()) return {1, e.code().value()};
    if (category == std::system_category()) return {2, e.code().value()};
  } catch (...) {
    return {};
  }
  return {};
}

[[noreturn]] void throw_system_error(Code code, std::string message) {
  const std::error_code error(code.value, code.category == 1 ? std::generic_category() : std::system_category());
  const std::string added = ": " + error.message();  // the constructor puts it there again
  if (message.ends_with(added)) message.resize(message.size() - added.size());
  throw std::system_error(error, message);
}

}  // namespace

std::string encode_error(const std::exception_ptr& error) {
  std::string type;
  std::string name;
  try {
    std::rethrow_exception(error);
  } catch (...) {
    const std::type_info& info = *abi::__cxa_current_exception_type();
    type = info.name();
    name = readable(info);
  }
  const Code code = code_of(error);
  Encoder out;
  out(type, name, what_of(error), code.category, code.value);
  return out.take();
}

void throw_remote_error(std::string_view bytes) {
  Decoder in(bytes);
  std::string type;
  std::string name;
  std::string message;
  Code code;
  in(type, name, message, code.category, code.value);
  if (type == typeid(std::system_error).name() && code.category != 0) throw_system_error(code, std::move(message));
  for (const KnownType& candidate : kKnownTypes) {
    if (type == candidate.type.name()) candidate.raise(message);
  }
  throw RemoteError(name, message);
}

}  // namespace eddy::detail
