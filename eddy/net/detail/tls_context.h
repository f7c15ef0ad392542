// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "eddy/core/task.h"
#include "eddy/core/time_point.h"
#include "eddy/io/stream.h"
#include "eddy/net/certificate.h"
#include "eddy/net/detail/openssl.h"
#include "eddy/net/detail/tls_transport.h"
#include "eddy/net/tls_version.h"

namespace eddy::detail {

/// Whom to trust: a file, a folder, or PEM text.
struct TrustSource {
  enum Kind : unsigned char { kFile, kDirectory, kText };
  Kind kind;
  std::string value;
};

/// What clients and servers have in common.
struct TlsOptions {
  std::vector<std::string> alpn;
  std::vector<TrustSource> trusted;
  TlsVersion min_version = TlsVersion::v1_2;
  std::chrono::nanoseconds handshake_timeout = std::chrono::seconds(10);
  bool resumption = true;
  bool tolerates_truncation = false;
};

/// A context with the rules that hold on both sides.
OpenSsl<ssl_ctx_st> make_tls_context(bool server, const TlsOptions& options);
void use_certificate(ssl_ctx_st* context, const Certificate& certificate);
/// The sources, or the system's certificates when there is none.
void trust(ssl_ctx_st* context, const std::vector<TrustSource>& sources);
/// Peers must show a certificate (`required`), or may.
void verify_peers(ssl_ctx_st* context, bool required);
/// ALPN's form of a list of names. Throws TlsError for names that it cannot hold.
std::string alpn_list(const std::vector<std::string>& names);

/// Shakes hands over the transport of `setup`: TimeoutError after the limit.
Task<Stream> shake_hands(std::unique_ptr<TlsTransport> transport, std::chrono::nanoseconds limit);

/// Takes a stream apart, for TLS to go over it: what was read ahead goes to `setup`.
std::unique_ptr<TlsTransport> tls_over(Stream stream, TlsSetup setup);

}  // namespace eddy::detail
