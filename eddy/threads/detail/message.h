// SPDX-License-Identifier: MIT
//
// A message on a stream socket:  header | body, in line or in shared memory whose descriptor comes with the header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "eddy/sys/fd.h"

namespace eddy::detail {

/// What no text and few numbers look like: a function may write to our socket by mistake.
enum class MessageKind : std::uint32_t { kCall = 0x9dedd901, kValue, kError };

/// What crosses between a pool and a worker. Owns its bytes, or maps those that came in shared memory.
class Message {
 public:
  Message() = default;
  Message(MessageKind what, std::string bytes) noexcept : kind(what), own_(std::move(bytes)) {}
  Message(Message&& other) noexcept;
  Message& operator=(Message&& other) noexcept;
  ~Message() { unmap(); }

  std::string_view bytes() const noexcept;

  MessageKind kind = MessageKind::kCall;

 private:
  friend class Receiver;
  void unmap() noexcept;
  std::string own_;
  char* mapped_ = nullptr;
  std::size_t mapped_size_ = 0;
};

struct MessageHeader {
  std::uint64_t size = 0;
  std::uint32_t kind = 0;
  std::uint32_t shared = 0;  ///< 1: the body is in shared memory
};

enum class MessageState : std::uint8_t { kDone, kBlocked, kClosed };

/// Writes one message, as far as the socket takes it.
class Sender {
 public:
  /// Bodies from this size on go through shared memory.
  static constexpr std::size_t kSharedFrom = 256 * 1024;

  explicit Sender(Message message);
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  /// kBlocked: again when the socket is writable. kClosed: nobody reads any more.
  MessageState send(int socket);

 private:
  void share();
  std::ptrdiff_t send_some(int socket);

  Message message_;
  MessageHeader header_;
  sys::Fd memory_;
  std::string_view body_;
  std::size_t sent_ = 0;
};

/// Reads one message, as far as there is something to read.
class Receiver {
 public:
  /// kBlocked: again when the socket is readable. kClosed: the other end is gone.
  MessageState receive(int socket);
  /// After kDone.
  Message take() noexcept { return std::move(message_); }

 private:
  std::ptrdiff_t receive_some(int socket);
  void begin_body();

  MessageHeader header_;
  sys::Fd memory_;
  Message message_;
  std::size_t got_ = 0;
};

}  // namespace eddy::detail
