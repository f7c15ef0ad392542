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
#include "eddy/net/server.h"
#include "eddy/net/tls_error.h"
#include "eddy/net/tls_info.h"
#include "eddy/net/tls_version.h"

namespace eddy {

namespace detail {
class TlsAcceptor;
}

/// How a server does TLS: `start_server(handle, "", 8443, TlsServer("chain.pem", "key.pem").alpn("h2", "http/1.1"))`.
/// For clients see Tls.
///
/// As it is made: TLS 1.2 or 1.3, ten seconds for the handshake, session tickets, no questions about the client's
/// certificate. Renegotiation is refused.
///
/// A value, cheap to copy. Files are read when the certificate is given; whether they fit is seen when the server
/// starts: TlsError names them. Thread: any, a copy for each.
class TlsServer {
 public:
  TlsServer(const std::string& chain_file, const std::string& key_file);
  explicit TlsServer(Certificate certificate);

  /// One more, for clients that ask for one of its hosts (SNI). Who asks for none of them is shown the first.
  TlsServer& add_certificate(Certificate certificate);
  /// Protocols it speaks, the best first: `alpn("h2", "http/1.1")`. A client that offers none of them is turned away,
  /// one that does not offer any is let in. See TlsInfo::alpn.
  template <class... Name>
  TlsServer& alpn(Name&&... names) {
    std::vector<std::string> all;
    (all.emplace_back(std::forward<Name>(names)), ...);
    return set_alpn(std::move(all));
  }
  /// Clients must show a certificate that stands on one of these.
  TlsServer& require_client_certificate(std::string ca_file);
  TlsServer& require_client_certificate_pem(std::string ca_text);
  /// With one of the above: who shows none is let in nevertheless; TlsInfo::peer_subject is empty then.
  TlsServer& client_certificate_is_optional();
  TlsServer& min_version(TlsVersion version);
  TlsServer& handshake_timeout(std::chrono::nanoseconds limit);
  /// Lets clients take up earlier sessions. On.
  TlsServer& session_tickets(bool on);
  /// See Tls::tolerate_truncation.
  TlsServer& tolerate_truncation(bool on);

  /// Advanced: server options whose connections go through TLS first; for the forms of `start_server` that are not
  /// below. Throws TlsError when the certificates cannot be used.
  [[nodiscard]] ServerOptions on(ServerOptions options = ServerOptions()) const;

 private:
  friend Task<Stream> start_tls(Stream stream, TlsServer tls);
  TlsServer& set_alpn(std::vector<std::string> names);
  detail::TlsAcceptor& own();

  std::shared_ptr<detail::TlsAcceptor> acceptor_;
};

/// A server with TLS. Each handshake is made in the client's own task: slow clients keep nobody waiting. One that fails
/// is reported to the loop's exception handler like a handler that fails.
template <class F>
Task<Server> start_server(F&& handle_client, std::string host, std::uint16_t port, const TlsServer& tls,
                          const ServerOptions& options = ServerOptions()) {
  return start_server(std::forward<F>(handle_client), std::move(host), port, tls.on(options));
}

/// Goes on with TLS on a stream that is open (STARTTLS), as the server. What has arrived and was not read yet is taken
/// for the beginning of TLS. When it fails or is cancelled the stream is closed.
Task<Stream> start_tls(Stream stream, TlsServer tls);

}  // namespace eddy
