// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "eddy/core/task.h"
#include "eddy/io/stream.h"
#include "eddy/net/certificate.h"
#include "eddy/net/detail/openssl.h"
#include "eddy/net/tls.h"
#include "eddy/net/tls_server.h"
#include "eddy/test/options.h"

namespace eddy::tls_test {

/// For tests over real sockets: each handshake has a time limit, which the virtual clock shall not jump to because the
/// machine is busy.
inline constexpr auto kKernel = test::Options{}.io_quiet(std::chrono::milliseconds(300));

/// What a certificate of a TestCa shall say.
struct Order {
  explicit Order(std::string subject) : name(std::move(subject)), hosts("DNS:" + name) {}
  std::string name;
  std::string hosts;  ///< subjectAltName
  long valid_from = -3600;
  long valid_to = 3600;
};

/// Signs certificates, and makes mistakes in them on request.
class TestCa {
 public:
  explicit TestCa(const std::string& name = "Test CA");
  /// A CA that this one has signed.
  TestCa intermediate(const std::string& name) const;
  const std::string& pem() const { return own_.chain(); }
  Certificate issue(const Order& order) const;
  Certificate issue(const std::string& host) const { return issue(Order(host)); }

 private:
  TestCa(const std::string& name, const TestCa* issuer);
  detail::OpenSsl<evp_pkey_st> key_;
  Certificate own_;
};

std::string encrypted_key(const Certificate& certificate, const std::string& password);
/// What OpenSSL's directories of certificates name them by.
std::string hash_of_subject(const std::string& pem);

/// For all tests that do not care: a certificate of `the_ca()` for localhost and 127.0.0.1.
const TestCa& the_ca();
const Certificate& the_certificate();
Tls a_client();
TlsServer a_server();

/// Both ends shake hands over a pair; `first` is the client.
Task<StreamPair> tls_pair(StreamPair plain, Tls client = a_client(), TlsServer server = a_server());

/// What the task or operation ends in: the message, or "" when it does not fail.
template <class Error>
std::string message_of(const std::function<void()>& get) {
  try {
    get();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// An OpenSSL session of its own, by memory: the other side of a TlsTransport, with the features that it has not.
class RawPeer {
 public:
  /// Over this stream; a server when it has a certificate.
  RawPeer(Stream& stream, const Certificate* certificate, int version_max = 0);
  ssl_st* ssl() const { return ssl_.get(); }

  Task<> handshake();
  Task<std::string> read_some();
  Task<> write(std::string bytes);
  /// Sends what OpenSSL has to say.
  Task<> flush();
  /// Gives OpenSSL what comes next; false at the end.
  Task<bool> feed();

 private:
  Stream& stream_;
  detail::OpenSsl<ssl_ctx_st> context_;
  detail::OpenSsl<ssl_st> ssl_;
};

}  // namespace eddy::tls_test
