// SPDX-License-Identifier: MIT
#include "eddy/net/tls_server.h"

#include "eddy/net/detail/tls_acceptor.h"

namespace eddy {

using detail::TrustSource;

TlsServer::TlsServer(Certificate certificate)
    : acceptor_(std::make_shared<detail::TlsAcceptor>(detail::TlsServerOptions())) {
  add_certificate(std::move(certificate));
}

TlsServer::TlsServer(const std::string& chain_file, const std::string& key_file)
    : TlsServer(Certificate::from_files(chain_file, key_file)) {}

// Copies that share it, and servers that run, shall not see the change.
detail::TlsAcceptor& TlsServer::own() {
  if (acceptor_.use_count() != 1 || acceptor_->loaded()) {
    acceptor_ = std::make_shared<detail::TlsAcceptor>(acceptor_->options);
  }
  return *acceptor_;
}

TlsServer& TlsServer::add_certificate(Certificate certificate) {
  own().options.certificates.push_back(std::move(certificate));
  return *this;
}

TlsServer& TlsServer::set_alpn(std::vector<std::string> names) {
  own().options.alpn = std::move(names);
  return *this;
}

TlsServer& TlsServer::require_client_certificate(std::string ca_file) {
  own().options.trusted.push_back({TrustSource::kFile, std::move(ca_file)});
  return *this;
}

TlsServer& TlsServer::require_client_certificate_pem(std::string ca_text) {
  own().options.trusted.push_back({TrustSource::kText, std::move(ca_text)});
  return *this;
}

TlsServer& TlsServer::client_certificate_is_optional() {
  own().options.client_certificate_optional = true;
  return *this;
}

TlsServer& TlsServer::min_version(TlsVersion version) {
  own().options.min_version = version;
  return *this;
}

TlsServer& TlsServer::handshake_timeout(std::chrono::nanoseconds limit) {
  own().options.handshake_timeout = limit;
  return *this;
}

TlsServer& TlsServer::session_tickets(bool on) {
  own().options.resumption = on;
  return *this;
}

TlsServer& TlsServer::tolerate_truncation(bool on) {
  own().options.tolerates_truncation = on;
  return *this;
}

ServerOptions TlsServer::on(ServerOptions options) const {
  acceptor_->load();
  options.wrap = std::make_shared<UniqueFunction<Task<Stream>(Stream)>>(
      [tls = *this](Stream client) { return start_tls(std::move(client), tls); });
  return options;
}

Task<Stream> start_tls(Stream stream, TlsServer tls) {
  auto transport = detail::tls_over(std::move(stream), tls.acceptor_->open());
  co_return co_await detail::shake_hands(std::move(transport), tls.acceptor_->options.handshake_timeout);
}

}  // namespace eddy
