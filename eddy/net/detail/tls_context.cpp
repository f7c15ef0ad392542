// SPDX-License-Identifier: MIT
#include "eddy/net/detail/tls_context.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "eddy/base/error.h"
#include "eddy/core/op_description.h"
#include "eddy/net/detail/read_text.h"
#include "eddy/net/detail/tls_verify.h"
#include "eddy/net/tls_error.h"
#include "eddy/time/timeout.h"

namespace eddy::detail {

namespace {

[[noreturn]] void fail(const std::string& what) { throw TlsError(what + ": " + openssl_error()); }

int give_password(char* into, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  return static_cast<int>(text.copy(into, static_cast<std::size_t>(size)));
}

}  // namespace

OpenSsl<ssl_ctx_st> make_tls_context(bool server, const TlsOptions& options) {
  ERR_clear_error();
  OpenSsl<ssl_ctx_st> context(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()));
  if (!context) fail("TLS: a context");
  SSL_CTX_set_min_proto_version(context.get(),
                                options.min_version == TlsVersion::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  // The end of the input is ours to judge: see TlsTransport::why_not.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_AUTO_RETRY | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context.get(), 1);
  return context;
}

// ---- certificates of our own

namespace {

void use_key(SSL_CTX* context, const Certificate& certificate) {
  std::string password = certificate.password();
  const OpenSsl<evp_pkey_st> key(
      PEM_read_bio_PrivateKey(text_bio(certificate.key()).get(), nullptr, &give_password, &password));
  if (!key) {
    const bool encrypted = certificate.key().find("ENCRYPTED") != std::string::npos;
    const char* hint = !encrypted         ? " has no PEM private key"
                       : password.empty() ? " is encrypted and needs a password"
                                          : " does not open with this password";
    fail(certificate.key_origin() + hint);
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    fail(certificate.key_origin() + " does not belong to " + certificate.chain_origin());
  }
}

}  // namespace

void use_certificate(ssl_ctx_st* context, const Certificate& certificate) {
  ERR_clear_error();
  const auto text = text_bio(certificate.chain());
  const OpenSsl<x509_st> first(
      PEM_read_bio_X509_AUX(text.get(), nullptr, &give_password, const_cast<std::string*>(&certificate.password())));
  if (!first) fail(certificate.chain_origin() + " has no PEM certificate");
  if (SSL_CTX_use_certificate(context, first.get()) != 1) fail(certificate.chain_origin());
  while (OpenSsl<x509_st> next{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)}) {
    if (SSL_CTX_add0_chain_cert(context, next.get()) != 1) fail(certificate.chain_origin());
    static_cast<void>(next.release());  // NOLINT(bugprone-unused-return-value): the context's now
  }
  ERR_clear_error();  // that there are no more
  use_key(context, certificate);
}

// ---- certificates of others

namespace {

void trust_text(SSL_CTX* context, const std::string& origin, const std::string& pem) {
  const auto text = text_bio(pem);
  int count = 0;
  while (const OpenSsl<x509_st> next{PEM_read_bio_X509_AUX(text.get(), nullptr, nullptr, nullptr)}) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), next.get());
    SSL_CTX_add_client_CA(context, next.get());  // a server tells clients of whom it takes certificates
    ++count;
  }
  if (count == 0) fail(origin + " has no PEM certificate");
  ERR_clear_error();
}

void trust_directory(SSL_CTX* context, const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error))
    throw TlsError("CA directory " + path + ": there is no such directory");
  if (SSL_CTX_load_verify_dir(context, path.c_str()) != 1) fail("CA directory " + path);
}

bool has_hashed_certificates(const char* path) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (entry.path().extension() == ".0") return true;
  }
  return false;
}

// A folder is looked into when a certificate is needed, a file of all certificates is parsed at once: 20 ms.
void trust_system(SSL_CTX* context) {
  const bool overridden = std::getenv(X509_get_default_cert_file_env()) || std::getenv(X509_get_default_cert_dir_env());
  if (!overridden && has_hashed_certificates(X509_get_default_cert_dir())) {
    SSL_CTX_set_default_verify_dir(context);
  } else {
    SSL_CTX_set_default_verify_paths(context);
  }
}

int judge(int accepted, X509_STORE_CTX* verification) {
  if (accepted == 1) return 1;
  const auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& transport = *static_cast<TlsTransport*>(SSL_get_app_data(ssl));
  transport.note_certificate_problem(certificate_problem(verification, transport.host()));
  return 0;
}

}  // namespace

void trust(ssl_ctx_st* context, const std::vector<TrustSource>& sources) {
  ERR_clear_error();
  if (sources.empty()) trust_system(context);
  for (const auto& [kind, value] : sources) {
    if (kind == TrustSource::kFile) trust_text(context, "CA file " + value, read_text_file("CA", value));
    if (kind == TrustSource::kDirectory) trust_directory(context, value);
    if (kind == TrustSource::kText) trust_text(context, "the CA given as text", value);
  }
}

void verify_peers(ssl_ctx_st* context, bool required) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), &judge);
}

std::string alpn_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    if (name.empty() || name.size() > 255) throw TlsError("alpn(\"" + name + "\"): names have 1 to 255 bytes");
    list += static_cast<char>(name.size());
    list += name;
  }
  return list;
}

// ---- handshakes

namespace {

/// Tries the handshake until it is done.
class [[nodiscard("co_await it")]] Handshake final : public TryOp,
                                                     public AwaitLeaf<Handshake>,
                                                     private Transport::Observer {
 public:
  explicit Handshake(TlsTransport& of) noexcept : of_(&of) {}
  Handshake(Handshake&&) = default;
  void take() const { check(); }
  void describe(OpDescription& to) const override { to.is("TLS handshake with", of_->name()); }

 private:
  Progress attempt() override {
    const int result = of_->handshake();
    if (result == -EAGAIN) return kBlocked;
    if (result < 0) of_->fail("TLS handshake with", -result);
    return kDone;
  }
  void join() override { of_->set_observer(this); }
  void leave() noexcept override { of_->set_observer(nullptr); }
  void try_read_again() noexcept override { try_again(); }
  void try_write_again() noexcept override { try_again(); }

  TlsTransport* of_;
};

std::string in_seconds(std::chrono::nanoseconds time) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

}  // namespace

Task<Stream> shake_hands(std::unique_ptr<TlsTransport> transport, std::chrono::nanoseconds limit) {
  const auto done = co_await try_for(Handshake(*transport), limit);
  if (!done) {
    throw TimeoutError("TLS handshake with " + transport->name() + ": not done after " + in_seconds(limit) +
                       " (handshake_timeout() sets the limit)");
  }
  co_return Stream(std::move(transport));
}

std::unique_ptr<TlsTransport> tls_over(Stream stream, TlsSetup setup) {
  setup.early = stream.buffered();
  stream.consume(setup.early.size());
  return std::make_unique<TlsTransport>(stream.release_transport(), std::move(setup));
}

}  // namespace eddy::detail
