// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

struct asn1_string_st;
struct bio_st;
struct evp_pkey_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;
struct x509_st;

namespace eddy::detail {

/// OpenSSL's objects, by their names without its headers.
struct OpenSslFree {
  void operator()(bio_st* bio) const noexcept;
  void operator()(evp_pkey_st* key) const noexcept;
  void operator()(ssl_ctx_st* context) const noexcept;
  void operator()(ssl_session_st* session) const noexcept;
  void operator()(ssl_st* ssl) const noexcept;
  void operator()(x509_st* certificate) const noexcept;
};
template <class T>
using OpenSsl = std::unique_ptr<T, OpenSslFree>;

/// What OpenSSL has to say about the failure just now; empties this thread's queue of errors.
std::string openssl_error();

/// The same for a session: alerts of the peer in words.
std::string tls_failure();

/// A text to read PEM from.
OpenSsl<bio_st> text_bio(const std::string& text);

/// "CN=example.org"
std::string subject_of(const x509_st* certificate);
std::string issuer_of(const x509_st* certificate);
/// SHA-256, in hexadecimal.
std::string fingerprint_of(const x509_st* certificate);
/// The hosts it is for, "a.example, 127.0.0.1".
std::string hosts_of(const x509_st* certificate);
std::string time_of(const asn1_string_st* time);

}  // namespace eddy::detail
