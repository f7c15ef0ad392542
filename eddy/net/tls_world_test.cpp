// SPDX-License-Identifier: MIT
#include "eddy/net/tls_world_test.h"

#include <cstdio>
#include <utility>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "eddy/combine/gather.h"
#include "eddy/net/detail/tls_context.h"

namespace eddy::tls_test {

using detail::OpenSsl;

namespace {

void must(bool worked) {
  if (!worked) throw TlsError("test certificate: " + detail::openssl_error());
}

void extend(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  must(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void set_common_name(X509_NAME* name, const std::string& common) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1,
                             0);
}

OpenSsl<x509_st> blank(EVP_PKEY* key, const std::string& subject, long from, long to) {
  static long serial = 1;
  OpenSsl<x509_st> certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), to);
  X509_set_pubkey(certificate.get(), key);
  set_common_name(X509_get_subject_name(certificate.get()), subject);
  return certificate;
}

std::string text_of(const OpenSsl<bio_st>& bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const OpenSsl<bio_st> out(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_X509(out.get(), certificate) == 1);
  return text_of(out);
}

std::string pem_of(EVP_PKEY* key) {
  const OpenSsl<bio_st> out(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(out);
}

std::string name_of(const std::string& pem) {
  const OpenSsl<x509_st> certificate(PEM_read_bio_X509(detail::text_bio(pem).get(), nullptr, nullptr, nullptr));
  return detail::subject_of(certificate.get()).substr(3);
}

}  // namespace

TestCa::TestCa(const std::string& name) : TestCa(name, nullptr) {}

TestCa::TestCa(const std::string& name, const TestCa* issuer) : key_(EVP_EC_gen("P-256")), own_("", "") {
  const auto certificate = blank(key_.get(), name, -7200, 7200);
  set_common_name(X509_get_issuer_name(certificate.get()), issuer ? name_of(issuer->pem()) : name);
  extend(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate.get(), NID_key_usage, "critical,keyCertSign");
  must(X509_sign(certificate.get(), issuer ? issuer->key_.get() : key_.get(), EVP_sha256()) > 0);
  own_ = Certificate(pem_of(certificate.get()), pem_of(key_.get()));
}

TestCa TestCa::intermediate(const std::string& name) const { return TestCa(name, this); }

Certificate TestCa::issue(const Order& order) const {
  const OpenSsl<evp_pkey_st> key(EVP_EC_gen("P-256"));
  const auto certificate = blank(key.get(), order.name, order.valid_from, order.valid_to);
  set_common_name(X509_get_issuer_name(certificate.get()), name_of(own_.chain()));
  extend(certificate.get(), NID_subject_alt_name, order.hosts);
  must(X509_sign(certificate.get(), key_.get(), EVP_sha256()) > 0);
  return {pem_of(certificate.get()), pem_of(key.get())};
}

std::string encrypted_key(const Certificate& certificate, const std::string& password) {
  const OpenSsl<evp_pkey_st> key(
      PEM_read_bio_PrivateKey(detail::text_bio(certificate.key()).get(), nullptr, nullptr, nullptr));
  const OpenSsl<bio_st> out(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), EVP_aes_256_cbc(), password.c_str(),
                                     static_cast<int>(password.size()), nullptr, nullptr) == 1);
  return text_of(out);
}

std::string hash_of_subject(const std::string& pem) {
  const OpenSsl<x509_st> certificate(PEM_read_bio_X509(detail::text_bio(pem).get(), nullptr, nullptr, nullptr));
  char text[17];
  std::snprintf(text, sizeof text, "%08lx", X509_subject_name_hash(certificate.get()));
  return text;
}

const TestCa& the_ca() {
  static const TestCa ca;
  return ca;
}

const Certificate& the_certificate() {
  static const Certificate certificate = [] {
    Order order("localhost");
    order.hosts = "DNS:localhost,IP:127.0.0.1";
    return the_ca().issue(order);
  }();
  return certificate;
}

Tls a_client() { return Tls().ca_pem(the_ca().pem()); }
TlsServer a_server() { return TlsServer(the_certificate()); }

Task<StreamPair> tls_pair(StreamPair plain, Tls client, TlsServer server) {
  auto both = co_await gather(start_tls(std::move(plain.first), client, "localhost"),
                              start_tls(std::move(plain.second), server));
  auto& [first, second] = both;
  co_return StreamPair(std::move(first), std::move(second));
}

RawPeer::RawPeer(Stream& stream, const Certificate* certificate, int version_max)
    : stream_(stream), context_(SSL_CTX_new(certificate ? TLS_server_method() : TLS_client_method())) {
  if (certificate) detail::use_certificate(context_.get(), *certificate);
  SSL_CTX_set_max_proto_version(context_.get(), version_max);
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  if (certificate) {
    SSL_set_accept_state(ssl_.get());
  } else {
    SSL_set_connect_state(ssl_.get());
  }
}

Task<> RawPeer::flush() {
  char bytes[4096];
  for (;;) {
    const int got = BIO_read(SSL_get_wbio(ssl()), bytes, sizeof bytes);
    if (got <= 0) co_return;
    const std::string_view some(bytes, static_cast<std::size_t>(got));
    co_await stream_.write(some);
  }
}

Task<bool> RawPeer::feed() {
  const std::string bytes = co_await stream_.read_some();
  BIO_write(SSL_get_rbio(ssl()), bytes.data(), static_cast<int>(bytes.size()));
  co_return !bytes.empty();
}

Task<> RawPeer::handshake() {
  for (;;) {
    const int result = SSL_do_handshake(ssl());
    co_await flush();
    if (result == 1) co_return;
    if (SSL_get_error(ssl(), result) != SSL_ERROR_WANT_READ) throw TlsError("raw handshake: " + detail::tls_failure());
    const bool more = co_await feed();
    if (!more) throw TlsError("raw handshake: the end");
  }
}

Task<std::string> RawPeer::read_some() {
  for (;;) {
    std::string bytes(65536, '\0');
    const int got = SSL_read(ssl(), bytes.data(), static_cast<int>(bytes.size()));
    co_await flush();
    if (got > 0) {
      bytes.resize(static_cast<std::size_t>(got));
      co_return bytes;
    }
    if (SSL_get_error(ssl(), got) == SSL_ERROR_ZERO_RETURN) co_return "";
    if (SSL_get_error(ssl(), got) != SSL_ERROR_WANT_READ) throw TlsError("raw read: " + detail::tls_failure());
    const bool more = co_await feed();
    if (!more) throw TlsError("raw read: the end without goodbye");
  }
}

Task<> RawPeer::write(std::string bytes) {
  if (SSL_write(ssl(), bytes.data(), static_cast<int>(bytes.size())) <= 0) {
    throw TlsError("raw write: " + detail::tls_failure());
  }
  co_await flush();
}

}  // namespace eddy::tls_test
