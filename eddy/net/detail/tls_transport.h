// SPDX-License-Identifier: MIT
//
// 1. OpenSSL never meets a socket: it reads through `inner_`, and what it writes goes to `out_`, which always takes it.
//    `flush` moves `out_` on, also when nobody waits for it. So no record is ever half written from OpenSSL's view, and
//    a writer may give up anywhere.
// 2. A write encrypts only when `out_` is empty: what was taken before goes first, and memory is bounded.
// 3. `chatter_` counts what the peer has said of its own in a row, since the handshake or the last data: key updates,
//    tickets. Each costs the reader's turn as much as a read, and too many of them end the session.
// 4. What broke a session breaks all later attempts with the same words.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "eddy/io/buffer.h"
#include "eddy/io/transport.h"
#include "eddy/net/detail/openssl.h"
#include "eddy/net/tls_info.h"

namespace eddy::detail {

struct TlsBio;

/// What a session is told when it is made.
struct TlsSetup {
  OpenSsl<ssl_st> ssl;  ///< knows already whether it is a client or a server
  std::string early;    ///< what has come from the peer already
  std::string host;     ///< of the server, to a client
  bool tolerates_truncation = false;
  std::shared_ptr<void> context;  ///< lives as long as the session
  std::function<void(OpenSsl<ssl_session_st>)> on_session;
};

/// A TLS session over another transport.
class TlsTransport final : public Transport, private Transport::Observer {
 public:
  TlsTransport(std::unique_ptr<Transport> inner, TlsSetup setup);
  ~TlsTransport() override;

  /// 0 once the session is there, -EAGAIN, or what `fail` explains.
  int handshake() noexcept;

  int read(void* into, std::size_t size) noexcept override;
  int write(std::span<const iovec> pieces) noexcept override;
  int flush() noexcept override;
  int write_eof() noexcept override;
  int goodbye() noexcept override;
  [[noreturn]] void fail(const char* doing, int error) const override;
  std::string name() const override;
  int fd() const noexcept override { return inner_->fd(); }
  bool usable_on(const sys::Poller& poller) const noexcept override { return inner_->usable_on(poller); }

  TlsInfo info() const;

  /// What is wrong with the peer's certificate: called by the verification.
  void note_certificate_problem(std::string problem) noexcept { certificate_problem_ = std::move(problem); }
  const std::string& host() const noexcept { return setup_.host; }
  void keep_session(OpenSsl<ssl_session_st> session) const {
    if (setup_.on_session) setup_.on_session(std::move(session));
  }

 private:
  friend struct TlsBio;
  enum Error : int { kBroken = 100'000, kTruncated };  // beyond the errnos, which are `inner_`'s
  enum class Wants : unsigned char { input, output };

  ssl_st* ssl() const noexcept { return setup_.ssl.get(); }
  int why_not(int result, bool& needs_the_other, Wants other) noexcept;
  bool chatters() const noexcept;
  void hear() noexcept;
  int encrypt(std::string_view bytes) noexcept;
  void discard_input() noexcept;

  // For TlsBio: >= 0, or -errno.
  int read_ciphertext(char* into, std::size_t size) noexcept;
  int write_ciphertext(std::string_view bytes) noexcept;

  void try_read_again() noexcept override;
  void try_write_again() noexcept override;

  std::unique_ptr<Transport> inner_;
  TlsSetup setup_;
  Buffer early_;
  Buffer out_;
  std::string broken_;
  std::string certificate_problem_;
  int input_error_ = 0;
  int chatter_ = 0;
  bool established_ = false;
  bool input_ended_ = false;
  bool said_goodbye_ = false;
  bool reader_needs_output_ = false;
  bool writer_needs_input_ = false;
};

}  // namespace eddy::detail
