// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eddy/core/task.h"
#include "eddy/core/time_point.h"
#include "eddy/io/stream.h"
#include "eddy/net/certificate.h"
#include "eddy/net/connect.h"
#include "eddy/net/tls_error.h"
#include "eddy/net/tls_info.h"
#include "eddy/net/tls_version.h"

namespace eddy {

namespace detail {
class TlsClient;
}

/// How a client does TLS: `open_connection("example.org", 443, Tls{}.alpn("h2"))`. For servers see TlsServer.
///
/// As it is made: the server's certificate must be valid for the host and stand on one the system trusts; TLS 1.2 or
/// 1.3; ten seconds for the handshake. Renegotiation is refused.
///
/// A value, cheap to copy; copies share what was loaded and the sessions that can be taken up again, so keep one and
/// pass copies instead of making one for each connection. Files are read when the first connection is made: TlsError
/// then names the file. Thread: any, a copy for each.
class Tls {
 public:
  Tls();

  /// Who the server says it is: asked for (SNI) and checked. Unset: the host that is connected to.
  Tls& server_name(std::string name);
  /// Protocols for the server to choose from, the best first: `alpn("h2", "http/1.1")`. See TlsInfo::alpn.
  template <class... Name>
  Tls& alpn(Name&&... names) {
    std::vector<std::string> all;
    (all.emplace_back(std::forward<Name>(names)), ...);
    return set_alpn(std::move(all));
  }
  /// Trusts these, and no longer the system's certificates. May be called several times.
  Tls& ca_file(std::string path);
  /// A directory as `openssl rehash` makes it.
  Tls& ca_directory(std::string path);
  Tls& ca_pem(std::string text);
  /// For servers that ask who the client is.
  Tls& certificate(Certificate own);
  Tls& min_version(TlsVersion version);
  /// For the handshake alone, without connecting.
  Tls& handshake_timeout(std::chrono::nanoseconds limit);
  /// Take up earlier sessions, which saves the server's proof of who it is. On.
  Tls& session_resumption(bool on);
  /// Takes a connection that ends without TLS's goodbye for ended, instead of throwing TlsTruncatedError: for peers
  /// known to be sloppy, where the protocol above says how long messages are. Off.
  Tls& tolerate_truncation(bool on);
  /// Talks to anybody, who may then read and change everything. For tests; better is `ca_pem` with the certificate
  /// that the server has.
  Tls& insecure_without_verification();

 private:
  friend Task<Stream> open_connection(std::string host, std::uint16_t port, Tls tls, ConnectOptions options);
  friend Task<Stream> start_tls(Stream stream, Tls tls, std::string host);
  Tls& set_alpn(std::vector<std::string> names);
  detail::TlsClient& own();

  std::shared_ptr<detail::TlsClient> client_;
};

/// Connects and shakes hands: TlsError, CertificateError and TimeoutError name the server. asyncio's
/// `open_connection(…, ssl=…)`.
///
/// The stream's `write_eof` and `aclose` say TLS's goodbye; a peer that vanishes without one makes reads throw
/// TlsTruncatedError. With TLS 1.3 a server that refuses the client's certificate is heard of at the first read only.
Task<Stream> open_connection(std::string host, std::uint16_t port, Tls tls, ConnectOptions options = ConnectOptions());

/// Goes on with TLS on a stream that is open (STARTTLS), as the client. asyncio's `start_tls`. What has arrived and was
/// not read yet is taken for the beginning of TLS. When it fails or is cancelled the stream is closed.
Task<Stream> start_tls(Stream stream, Tls tls, std::string host);

}  // namespace eddy
