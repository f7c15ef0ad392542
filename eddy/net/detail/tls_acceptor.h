// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "eddy/net/detail/tls_context.h"

namespace eddy::detail {

struct TlsServerOptions : TlsOptions {
  std::vector<Certificate> certificates;
  bool client_certificate_optional = false;
};

/// What the copies of a TlsServer share. Its options are set before the first `load`.
class TlsAcceptor : public std::enable_shared_from_this<TlsAcceptor> {
 public:
  explicit TlsAcceptor(TlsServerOptions with) : options(std::move(with)) {}

  bool loaded() const;
  void load();
  /// A session for a client, not begun.
  TlsSetup open();

  /// For OpenSSL's callbacks.
  void choose_certificate(ssl_st* ssl) const;
  int choose_protocol(const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                      unsigned offered_size) const;

  TlsServerOptions options;

 private:
  OpenSsl<ssl_ctx_st> make_context(const Certificate& certificate);

  mutable std::mutex mutex_;
  std::vector<OpenSsl<ssl_ctx_st>> contexts_;  ///< one for each certificate
  std::string alpn_;
};

}  // namespace eddy::detail
