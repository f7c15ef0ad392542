// SPDX-License-Identifier: MIT
#include "eddy/net/detail/tls_acceptor.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "eddy/net/tls_error.h"

namespace eddy::detail {

namespace {

int on_server_name(SSL* ssl, int*, void* acceptor) {
  static_cast<const TlsAcceptor*>(acceptor)->choose_certificate(ssl);
  return SSL_TLSEXT_ERR_OK;
}

int on_alpn(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
            unsigned offered_size, void* acceptor) {
  return static_cast<const TlsAcceptor*>(acceptor)->choose_protocol(chosen, size, offered, offered_size);
}

}  // namespace

void TlsAcceptor::choose_certificate(ssl_st* ssl) const {
  const char* asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (!asked) return;
  for (const auto& context : contexts_) {
    if (X509_check_host(SSL_CTX_get0_certificate(context.get()), asked, 0, 0, nullptr) != 1) continue;
    SSL_set_SSL_CTX(ssl, context.get());
    return;
  }
}

int TlsAcceptor::choose_protocol(const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                                 unsigned offered_size) const {
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(alpn_.data()),
                                           static_cast<unsigned>(alpn_.size()), offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

OpenSsl<ssl_ctx_st> TlsAcceptor::make_context(const Certificate& certificate) {
  constexpr unsigned char kSessions[] = "eddy";
  auto context = make_tls_context(true, options);
  use_certificate(context.get(), certificate);
  if (!options.trusted.empty()) {
    trust(context.get(), options.trusted);
    verify_peers(context.get(), !options.client_certificate_optional);
  }
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_session_id_context(context.get(), kSessions, sizeof kSessions - 1);
  if (!options.resumption) {
    SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context.get(), 0);
  }
  // What SSL_CTX_set_tlsext_servername_callback does, without its cast.
  SSL_CTX_callback_ctrl(context.get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                        reinterpret_cast<void (*)()>(&on_server_name));
  SSL_CTX_set_tlsext_servername_arg(context.get(), this);
  if (!alpn_.empty()) SSL_CTX_set_alpn_select_cb(context.get(), &on_alpn, this);
  return context;
}

bool TlsAcceptor::loaded() const {
  const std::lock_guard lock(mutex_);
  return !contexts_.empty();
}

void TlsAcceptor::load() {
  const std::lock_guard lock(mutex_);
  if (!contexts_.empty()) return;
  alpn_ = alpn_list(options.alpn);
  std::vector<OpenSsl<ssl_ctx_st>> made;
  for (const Certificate& certificate : options.certificates) made.push_back(make_context(certificate));
  contexts_ = std::move(made);
}

TlsSetup TlsAcceptor::open() {
  load();
  ERR_clear_error();
  TlsSetup setup;
  setup.ssl.reset(SSL_new(contexts_.front().get()));
  if (!setup.ssl) throw TlsError("TLS: a session: " + openssl_error());
  SSL_set_accept_state(setup.ssl.get());
  setup.tolerates_truncation = options.tolerates_truncation;
  setup.context = shared_from_this();
  return setup;
}

}  // namespace eddy::detail
