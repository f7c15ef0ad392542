// SPDX-License-Identifier: MIT
#include "eddy/net/detail/tls_client.h"

#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "eddy/base/error.h"
#include "eddy/net/address.h"
#include "eddy/net/tls_error.h"

namespace eddy::detail {

namespace {

int keep_session(SSL* ssl, SSL_SESSION* session) {
  // A copy: OpenSSL goes on changing its own.
  static_cast<TlsTransport*>(SSL_get_app_data(ssl))->keep_session(OpenSsl<ssl_session_st>(SSL_SESSION_dup(session)));
  return 0;
}

OpenSsl<ssl_ctx_st> make_context(const TlsClientOptions& options) {
  auto context = make_tls_context(false, options);
  if (options.verifies) {
    trust(context.get(), options.trusted);
    verify_peers(context.get(), true);
  }
  if (options.certificate) use_certificate(context.get(), *options.certificate);
  const std::string names = alpn_list(options.alpn);
  SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(names.data()),
                          static_cast<unsigned>(names.size()));
  SSL_CTX_set_session_cache_mode(
      context.get(), options.resumption ? SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL : SSL_SESS_CACHE_OFF);
  if (options.resumption) SSL_CTX_sess_set_new_cb(context.get(), &keep_session);
  return context;
}

// Who it shall be: an address is checked, but not asked for (RFC 6066 has names only).
void expect(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* rules = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  bool accepted = true;
  if (Address::ip_or_nothing(host, 0)) {
    accepted = X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1;
  } else if (!host.empty()) {
    // What SSL_set_tlsext_host_name does, without its cast.
    std::string name = host;
    accepted = SSL_set1_host(ssl, host.c_str()) == 1 &&
               SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
  }
  if (!accepted) throw TlsError("TLS: \"" + host + "\" cannot be the name of a server: " + openssl_error());
}

}  // namespace

bool TlsClient::loaded() const {
  const std::lock_guard lock(mutex_);
  return context_ != nullptr;
}

void TlsClient::load() {
  const std::lock_guard lock(mutex_);
  if (!context_) context_ = make_context(options);
}

OpenSsl<ssl_st> TlsClient::make_session(const std::string& host) {
  load();
  ERR_clear_error();
  OpenSsl<ssl_st> ssl(SSL_new(context_.get()));
  if (!ssl) throw TlsError("TLS: a session: " + openssl_error());
  SSL_set_connect_state(ssl.get());
  expect(ssl.get(), host);
  return ssl;
}

TlsSetup TlsClient::open(std::string host, const std::string& server) {
  if (!options.server_name.empty()) host = options.server_name;
  if (host.ends_with('.')) host.pop_back();
  if (host.empty() && options.verifies) {
    throw RuntimeError("start_tls(): which host shall the certificate be for? Pass it, or set Tls::server_name()");
  }
  TlsSetup setup;
  setup.ssl = make_session(host);
  if (options.resumption) {
    const std::string key = host + ' ' + server;
    if (const auto session = sessions_.take(key)) SSL_set_session(setup.ssl.get(), session.get());
    setup.on_session = [this, key](OpenSsl<ssl_session_st> made) { sessions_.put(key, std::move(made)); };
  }
  setup.host = std::move(host);
  setup.tolerates_truncation = options.tolerates_truncation;
  setup.context = shared_from_this();
  return setup;
}

}  // namespace eddy::detail
