// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/remote_error.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <system_error>
#include <typeinfo>

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

const KnownType kKnownTypes[] = {
    known<std::runtime_error>(),
    known<std::logic_error>(),
    known<std::invalid_argument>(),
    known<std::out_of_range>(),
    known<std::domain_error>(),
    known<std::length_error>(),
    known<std::range_error>(),
    known<std::overflow_error>(),
    known<std::underflow_error>(),
    known<RuntimeError>(),
    known<InvalidStateError>(),
    known<TimeoutError>(),
    {typeid(std::bad_alloc), [](const std::string&) { throw std::bad_alloc(); }},
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
    return e.what();
  } catch (...) {
    return "not a std::exception";
  }
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
  Encoder out;
  out(type, name, what_of(error));
  return out.take();
}

void throw_remote_error(std::string_view bytes) {
  Decoder in(bytes);
  std::string type;
  std::string name;
  std::string message;
  in(type, name, message);
  for (const KnownType& candidate : kKnownTypes) {
    if (type == candidate.type.name()) candidate.raise(message);
  }
  throw RemoteError(name, message);
}

}  // namespace eddy::detail
