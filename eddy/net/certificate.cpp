// SPDX-License-Identifier: MIT
#include "eddy/net/certificate.h"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <system_error>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "eddy/net/address.h"
#include "eddy/net/detail/openssl.h"
#include "eddy/net/detail/read_text.h"
#include "eddy/net/tls_error.h"

namespace eddy {

using detail::OpenSsl;

std::string detail::read_text_file(const std::string& what, const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  std::string text;
  char part[4096];
  if (file) {
    while (const std::size_t got = std::fread(part, 1, sizeof part, file.get())) text.append(part, got);
  }
  if (!file || std::ferror(file.get())) {
    throw TlsError(what + " file " + path + ": " + std::generic_category().message(errno));
  }
  return text;
}

Certificate Certificate::from_files(const std::string& chain_file, const std::string& key_file, std::string password) {
  std::string chain = detail::read_text_file("certificate", chain_file);  // first: arguments have no order
  Certificate certificate(std::move(chain), detail::read_text_file("private key", key_file));
  certificate.chain_origin_ = "certificate file " + chain_file;
  certificate.key_origin_ = "private key file " + key_file;
  certificate.password_ = std::move(password);
  return certificate;
}

namespace {

void must(bool worked, const char* what) {
  if (!worked) throw TlsError(std::string("make_self_signed(): ") + what + ": " + detail::openssl_error());
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  must(extension != nullptr, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void set_serial(X509* certificate) {
  std::uint64_t number = 0;
  must(RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number) == 1, "a random number");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number >> 1);
}

void set_name(X509* certificate, const std::string& host) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const std::string common = host.substr(0, 64);  // the most it takes; what counts is the subjectAltName
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, name);
  add_extension(certificate, NID_subject_alt_name, (Address::ip_or_nothing(host, 0) ? "IP:" : "DNS:") + host);
}

template <class Write>
std::string pem(Write write) {
  const OpenSsl<bio_st> out(BIO_new(BIO_s_mem()));
  must(write(out.get()) == 1, "writing it");
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

Certificate make_self_signed(const std::string& host, std::chrono::seconds valid_for) {
  constexpr long kClockSkew = 3600;
  const OpenSsl<evp_pkey_st> key(EVP_EC_gen("P-256"));
  const OpenSsl<x509_st> certificate(X509_new());
  must(key && certificate, "a key");
  X509_set_version(certificate.get(), X509_VERSION_3);
  set_serial(certificate.get());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kClockSkew);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), static_cast<long>(valid_for.count()));
  X509_set_pubkey(certificate.get(), key.get());
  set_name(certificate.get(), host);
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  must(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signing");
  return {pem([&](bio_st* out) { return PEM_write_bio_X509(out, certificate.get()); }), pem([&](bio_st* out) {
            return PEM_write_bio_PKCS8PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace eddy
