// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "eddy/net/detail/tls_context.h"
#include "eddy/net/detail/tls_sessions.h"

namespace eddy::detail {

struct TlsClientOptions : TlsOptions {
  std::string server_name;
  std::optional<Certificate> certificate;
  bool verifies = true;
};

/// What the copies of a Tls share. Its options are set before the first `open`.
class TlsClient : public std::enable_shared_from_this<TlsClient> {
 public:
  explicit TlsClient(TlsClientOptions with) : options(std::move(with)) {}

  /// True once it has been used, and must not be changed any more.
  bool loaded() const;
  /// Loads what the options name; throws TlsError.
  void load();
  /// A session for a connection to `host`, not begun. `server` tells servers apart.
  TlsSetup open(std::string host, const std::string& server);

  TlsClientOptions options;

 private:
  OpenSsl<ssl_st> make_session(const std::string& host);

  mutable std::mutex mutex_;
  OpenSsl<ssl_ctx_st> context_;
  TlsSessions sessions_;
};

}  // namespace eddy::detail
