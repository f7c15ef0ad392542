// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/message.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "eddy/base/error.h"

namespace eddy::detail {

// --- Message ---------------------------------------------------------------------------------------------------------

Message::Message(Message&& other) noexcept
    : kind(other.kind),
      own_(std::move(other.own_)),
      mapped_(std::exchange(other.mapped_, nullptr)),
      mapped_size_(std::exchange(other.mapped_size_, 0)) {}

Message& Message::operator=(Message&& other) noexcept {
  unmap();
  kind = other.kind;
  own_ = std::move(other.own_);
  mapped_ = std::exchange(other.mapped_, nullptr);
  mapped_size_ = std::exchange(other.mapped_size_, 0);
  return *this;
}

std::string_view Message::bytes() const noexcept {
  return mapped_ ? std::string_view(mapped_, mapped_size_) : std::string_view(own_);
}

void Message::unmap() noexcept {
  if (mapped_) ::munmap(mapped_, mapped_size_);
  mapped_ = nullptr;
}

// --- sending ---------------------------------------------------------------------------------------------------------

namespace {

constexpr std::size_t kHeader = sizeof(MessageHeader);

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    auto written = sys::check(static_cast<int>(::write(fd, bytes.data(), std::min<std::size_t>(bytes.size(), 1 << 30))),
                              "write to shared memory");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

Sender::Sender(Message message) : message_(std::move(message)) {
  body_ = message_.bytes();
  header_.kind = static_cast<std::uint32_t>(message_.kind);
  header_.size = body_.size();
  if (body_.size() >= kSharedFrom) share();
}

void Sender::share() {
  memory_.reset(::memfd_create("eddy-message", MFD_CLOEXEC));
  if (!memory_) return;  // then in line
  write_all(memory_.get(), body_);
  header_.shared = 1;
  body_ = {};
}

MessageState Sender::send(int socket) {
  while (sent_ < kHeader + body_.size()) {
    std::ptrdiff_t n = send_some(socket);
    if (n >= 0) {
      sent_ += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN) {
      return MessageState::kBlocked;
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return MessageState::kClosed;
    } else if (errno != EINTR) {
      sys::throw_error("send to a worker process", errno);
    }
  }
  return MessageState::kDone;
}

std::ptrdiff_t Sender::send_some(int socket) {
  iovec parts[2];
  msghdr message{};
  message.msg_iov = parts;
  if (sent_ < kHeader) {
    parts[message.msg_iovlen++] = {reinterpret_cast<char*>(&header_) + sent_, kHeader - sent_};
  }
  std::size_t body_sent = sent_ > kHeader ? sent_ - kHeader : 0;
  if (body_sent < body_.size()) {
    parts[message.msg_iovlen++] = {const_cast<char*>(body_.data()) + body_sent, body_.size() - body_sent};
  }
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (sent_ == 0 && memory_) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    int fd = memory_.get();
    std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
  }
  return ::sendmsg(socket, &message, MSG_NOSIGNAL);
}

// --- receiving -------------------------------------------------------------------------------------------------------

MessageState Receiver::receive(int socket) {
  for (;;) {
    if (got_ >= kHeader && (header_.shared != 0 || got_ == kHeader + header_.size)) return MessageState::kDone;
    std::ptrdiff_t n = receive_some(socket);
    if (n > 0) {
      bool header_was_whole = got_ >= kHeader;
      got_ += static_cast<std::size_t>(n);
      if (!header_was_whole && got_ >= kHeader) begin_body();
    } else if (n == 0 || errno == ECONNRESET) {
      return MessageState::kClosed;
    } else if (errno == EAGAIN) {
      return MessageState::kBlocked;
    } else if (errno != EINTR) {
      sys::throw_error("receive from a worker process", errno);
    }
  }
}

// Never beyond the part at hand, so that a descriptor is never mixed up with the next message's.
std::ptrdiff_t Receiver::receive_some(int socket) {
  iovec part{};
  if (got_ < kHeader) {
    part = {reinterpret_cast<char*>(&header_) + got_, kHeader - got_};
  } else {
    part = {message_.own_.data() + (got_ - kHeader), message_.own_.size() - (got_ - kHeader)};
  }
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  std::ptrdiff_t n = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (n > 0) {
    if (cmsghdr* rights = CMSG_FIRSTHDR(&message); rights && rights->cmsg_type == SCM_RIGHTS) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(rights), sizeof fd);
      memory_.reset(fd);
    }
  }
  return n;
}

void Receiver::begin_body() {
  message_.kind = static_cast<MessageKind>(header_.kind);
  if (message_.kind < MessageKind::kCall || message_.kind > MessageKind::kError || header_.shared > 1) {
    throw RuntimeError(
        "what came from another process is no message of ours: did a function in a worker write to a "
        "descriptor that it had not opened?");
  }
  if (header_.shared == 0) {
    message_.own_.resize(header_.size);
    return;
  }
  if (!memory_) sys::throw_error("receiving the shared memory of a message between processes", EMFILE);
  struct stat memory{};
  sys::check(::fstat(memory_.get(), &memory), "fstat of a message between processes");
  if (static_cast<std::uint64_t>(memory.st_size) < header_.size) {
    throw RuntimeError("a message between processes is shorter than it says");
  }
  void* at = ::mmap(nullptr, header_.size, PROT_READ | PROT_WRITE, MAP_PRIVATE, memory_.get(), 0);
  if (at == MAP_FAILED) sys::throw_error("mmap of a message between processes", errno);
  message_.mapped_ = static_cast<char*>(at);
  message_.mapped_size_ = header_.size;
  memory_.reset();
}

}  // namespace eddy::detail
