// SPDX-License-Identifier: MIT
#include "eddy/net/detail/openssl.h"

#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "eddy/net/address.h"

namespace eddy::detail {

void OpenSslFree::operator()(bio_st* bio) const noexcept { BIO_free_all(bio); }
void OpenSslFree::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }
void OpenSslFree::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }
void OpenSslFree::operator()(ssl_session_st* session) const noexcept { SSL_SESSION_free(session); }
void OpenSslFree::operator()(ssl_st* ssl) const noexcept { SSL_free(ssl); }
void OpenSslFree::operator()(x509_st* certificate) const noexcept { X509_free(certificate); }

namespace {

std::string text_of(unsigned long error) {
  if (const char* reason = ERR_reason_error_string(error)) return reason;
  return "OpenSSL error " + std::to_string(error);
}

std::string all_of(OpenSsl<bio_st> bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

OpenSsl<bio_st> memory() { return OpenSsl<bio_st>(BIO_new(BIO_s_mem())); }

std::string name_text(const X509_NAME* name) {
  auto out = memory();
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253);
  return all_of(std::move(out));
}

}  // namespace

std::string openssl_error() {
  const unsigned long error = ERR_peek_error();
  ERR_clear_error();
  return error == 0 ? "OpenSSL gives no reason" : text_of(error);
}

std::string tls_failure() {
  const unsigned long error = ERR_peek_error();
  ERR_clear_error();
  const int reason = ERR_GET_REASON(error);
  if (error == 0 || ERR_GET_LIB(error) != ERR_LIB_SSL) return error == 0 ? "the session is broken" : text_of(error);
  if (reason > SSL_AD_REASON_OFFSET && reason <= SSL_AD_REASON_OFFSET + 255) {
    const std::string text = text_of(error);  // "tlsv1 alert unknown ca"
    const std::size_t at = text.find("alert ");
    return "the peer refused: " + (at == text.npos ? text : text.substr(at + 6));
  }
  switch (reason) {
    case SSL_R_HTTP_REQUEST:
      return "the client speaks HTTP without TLS";
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_BAD_RECORD_TYPE:
      return text_of(error) + " (does the other side speak TLS here?)";
    default:
      return text_of(error);
  }
}

OpenSsl<bio_st> text_bio(const std::string& text) {
  return OpenSsl<bio_st>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string subject_of(const x509_st* certificate) { return name_text(X509_get_subject_name(certificate)); }
std::string issuer_of(const x509_st* certificate) { return name_text(X509_get_issuer_name(certificate)); }

std::string fingerprint_of(const x509_st* certificate) {
  constexpr char kDigits[] = "0123456789abcdef";
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  X509_digest(certificate, EVP_sha256(), bytes, &size);
  std::string text;
  for (unsigned i = 0; i != size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

namespace {

std::string host_of(const GENERAL_NAME& name) {
  if (name.type == GEN_DNS) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(name.d.dNSName)),
            static_cast<std::size_t>(ASN1_STRING_length(name.d.dNSName))};
  }
  if (name.type != GEN_IPADD) return "";
  const unsigned char* bytes = ASN1_STRING_get0_data(name.d.iPAddress);
  sockaddr_in four{};
  four.sin_family = AF_INET;
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(name.d.iPAddress));
  if (size == sizeof four.sin_addr) {
    std::memcpy(&four.sin_addr, bytes, size);
    return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&four), sizeof four).host();
  }
  if (size != sizeof six.sin6_addr) return "";
  std::memcpy(&six.sin6_addr, bytes, size);
  return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&six), sizeof six).host();
}

}  // namespace

std::string hosts_of(const x509_st* certificate) {
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(const_cast<x509_st*>(certificate), NID_subject_alt_name, nullptr, nullptr));
  std::string all;
  for (int i = 0; names && i != sk_GENERAL_NAME_num(names); ++i) {
    const std::string host = host_of(*sk_GENERAL_NAME_value(names, i));
    if (!host.empty()) all += (all.empty() ? "" : ", ") + host;
  }
  GENERAL_NAMES_free(names);
  return all.empty() ? subject_of(certificate) : all;
}

std::string time_of(const asn1_string_st* time) {
  auto out = memory();
  ASN1_TIME_print(out.get(), time);
  return all_of(std::move(out));
}

}  // namespace eddy::detail
