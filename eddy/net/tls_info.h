// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace eddy {

class Stream;

/// What the two ends of a TLS session agreed on, and who the other one is.
struct TlsInfo {
  TlsInfo() = default;

  std::string version;      ///< "TLSv1.3"
  std::string cipher;       ///< "TLS_AES_256_GCM_SHA384"
  std::string alpn;         ///< the protocol agreed on, such as "h2"; empty: none
  std::string server_name;  ///< which the client asked for (SNI); empty: none
  bool resumed = false;     ///< an earlier session was taken up

  // The other end's certificate; empty when it showed none.
  std::string peer_subject;      ///< "CN=example.org"
  std::string peer_issuer;       ///< "CN=Some CA,O=Some"
  std::string peer_fingerprint;  ///< SHA-256, 64 hexadecimal digits
};

/// Of a stream with TLS; nothing for others.
[[nodiscard]] std::optional<TlsInfo> tls_info(const Stream& stream);

}  // namespace eddy
