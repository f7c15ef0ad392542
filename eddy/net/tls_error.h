// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>

namespace eddy {

/// A TLS session did not come about, or broke: the other side refused, spoke something else, or broke the rules; or
/// this side was given certificates that cannot be used. asyncio's (ssl's) SSLError.
class TlsError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The other side's certificate is not acceptable: expired, for another name, from an issuer that is not trusted.
/// ssl's SSLCertVerificationError.
class CertificateError : public TlsError {
 public:
  using TlsError::TlsError;
};

/// The connection ended without TLS's goodbye: somebody may have cut it, and what came is perhaps not all. ssl's
/// SSLEOFError.
class TlsTruncatedError : public TlsError {
 public:
  using TlsError::TlsError;
};

}  // namespace eddy
