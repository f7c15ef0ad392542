// SPDX-License-Identifier: MIT
#include "eddy/net/tls.h"

#include "eddy/net/detail/tls_client.h"

namespace eddy {

using detail::TrustSource;

Tls::Tls() : client_(std::make_shared<detail::TlsClient>(detail::TlsClientOptions())) {}

// Copies that share it, and sessions under way, shall not see the change.
detail::TlsClient& Tls::own() {
  if (client_.use_count() != 1 || client_->loaded()) client_ = std::make_shared<detail::TlsClient>(client_->options);
  return *client_;
}

Tls& Tls::server_name(std::string name) {
  own().options.server_name = std::move(name);
  return *this;
}

Tls& Tls::set_alpn(std::vector<std::string> names) {
  own().options.alpn = std::move(names);
  return *this;
}

Tls& Tls::ca_file(std::string path) {
  own().options.trusted.push_back({TrustSource::kFile, std::move(path)});
  return *this;
}

Tls& Tls::ca_directory(std::string path) {
  own().options.trusted.push_back({TrustSource::kDirectory, std::move(path)});
  return *this;
}

Tls& Tls::ca_pem(std::string text) {
  own().options.trusted.push_back({TrustSource::kText, std::move(text)});
  return *this;
}

Tls& Tls::certificate(Certificate own_one) {
  own().options.certificate = std::move(own_one);
  return *this;
}

Tls& Tls::min_version(TlsVersion version) {
  own().options.min_version = version;
  return *this;
}

Tls& Tls::handshake_timeout(std::chrono::nanoseconds limit) {
  own().options.handshake_timeout = limit;
  return *this;
}

Tls& Tls::session_resumption(bool on) {
  own().options.resumption = on;
  return *this;
}

Tls& Tls::tolerate_truncation(bool on) {
  own().options.tolerates_truncation = on;
  return *this;
}

Tls& Tls::insecure_without_verification() {
  own().options.verifies = false;
  return *this;
}

Task<Stream> open_connection(std::string host, std::uint16_t port, Tls tls, ConnectOptions options) {
  tls.client_->load();  // what is wrong with the files is said before anybody is called
  Stream stream = co_await open_connection(host, port, options);
  auto transport = detail::tls_over(std::move(stream), tls.client_->open(host, std::to_string(port)));
  co_return co_await detail::shake_hands(std::move(transport), tls.client_->options.handshake_timeout);
}

Task<Stream> start_tls(Stream stream, Tls tls, std::string host) {
  auto transport = detail::tls_over(std::move(stream), tls.client_->open(std::move(host), ""));
  co_return co_await detail::shake_hands(std::move(transport), tls.client_->options.handshake_timeout);
}

std::optional<TlsInfo> tls_info(const Stream& stream) {
  if (const auto* transport = dynamic_cast<const detail::TlsTransport*>(stream.transport())) return transport->info();
  return std::nullopt;
}

}  // namespace eddy
