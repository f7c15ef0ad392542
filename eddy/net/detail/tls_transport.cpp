// SPDX-License-Identifier: MIT
#include "eddy/net/detail/tls_transport.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "eddy/core/running.h"
#include "eddy/io/scratch.h"
#include "eddy/net/tls_error.h"

namespace eddy::detail {

namespace {

constexpr std::size_t kRecord = SSL3_RT_MAX_PLAIN_LENGTH;
constexpr std::size_t kAttempt = 4 * kRecord;  // what one write encrypts before it hands it over
constexpr std::size_t kOutMax = 2 * kAttempt;  // never reached by writes: by answers to a peer that does not read
constexpr int kDiscardMax = 16;
constexpr int kChatterMax = 1000;
static_assert(kScratchBytes >= kRecord);

/// The pieces of a write, a record at a time; small ones share a record.
class Records {
 public:
  explicit Records(std::span<const iovec> pieces) : pieces_(pieces) {}

  // Empty after the last one. Valid until the next.
  std::string_view next() {
    skip_empty();
    if (pieces_.empty()) return {};
    if (rest().size() >= kRecord || pieces_.size() == 1) return take(kRecord);
    const std::span<char> memory = scratch();
    std::size_t gathered = 0;
    for (skip_empty(); !pieces_.empty() && gathered != kRecord; skip_empty()) {
      const std::string_view part = take(kRecord - gathered);
      std::memcpy(memory.data() + gathered, part.data(), part.size());
      gathered += part.size();
    }
    return {memory.data(), gathered};
  }

 private:
  std::string_view rest() const {
    return {static_cast<const char*>(pieces_.front().iov_base) + done_, pieces_.front().iov_len - done_};
  }
  std::string_view take(std::size_t most) {
    const std::string_view part = rest().substr(0, most);
    done_ += part.size();
    return part;
  }
  void skip_empty() {
    while (!pieces_.empty() && rest().empty()) {
      pieces_ = pieces_.subspan(1);
      done_ = 0;
    }
  }

  std::span<const iovec> pieces_;
  std::size_t done_ = 0;
};

}  // namespace

/// How OpenSSL reaches a TlsTransport.
struct TlsBio {
  static TlsTransport& of(BIO* bio) { return *static_cast<TlsTransport*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    const int got = of(bio).read_ciphertext(into, static_cast<std::size_t>(size));
    if (got == -EAGAIN) BIO_set_retry_read(bio);
    return got < 0 ? -1 : got;
  }
  static int write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    const int wrote = of(bio).write_ciphertext({bytes, static_cast<std::size_t>(size)});
    if (wrote == -EAGAIN) BIO_set_retry_write(bio);
    return wrote < 0 ? -1 : wrote;
  }
  static long control(BIO* bio, int what, long, void*) {
    if (what == BIO_CTRL_FLUSH) return 1;
    return what == BIO_CTRL_EOF && of(bio).input_ended_ ? 1 : 0;
  }

  static void message(int sent, int, int kind, const void*, std::size_t, SSL*, void* transport) {
    if (sent == 0 && kind == SSL3_RT_HANDSHAKE) static_cast<TlsTransport*>(transport)->hear();
  }

  static BIO* make(TlsTransport& transport) {
    static BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "eddy transport");
      BIO_meth_set_read(made, &read);
      BIO_meth_set_write(made, &write);
      BIO_meth_set_ctrl(made, &control);
      return made;
    }();
    BIO* bio = BIO_new(method);
    BIO_set_data(bio, &transport);
    BIO_set_init(bio, 1);
    return bio;
  }
};

TlsTransport::TlsTransport(std::unique_ptr<Transport> inner, TlsSetup setup)
    : inner_(std::move(inner)), setup_(std::move(setup)) {
  early_.append(setup_.early);
  setup_.early = {};
  BIO* bio = TlsBio::make(*this);
  SSL_set_bio(ssl(), bio, bio);
  SSL_set_app_data(ssl(), this);
  SSL_set_msg_callback(ssl(), &TlsBio::message);
  SSL_set_msg_callback_arg(ssl(), this);
  inner_->set_observer(this);
}

TlsTransport::~TlsTransport() { inner_->set_observer(nullptr); }

// ---- what OpenSSL calls

bool TlsTransport::chatters() const noexcept { return chatter_ > kChatterMax; }

void TlsTransport::hear() noexcept {
  if (!established_) return;
  ++chatter_;
  running.spend();
}

int TlsTransport::read_ciphertext(char* into, std::size_t size) noexcept {
  if (chatters()) return -EPROTO;
  if (!early_.empty()) {
    const std::size_t some = std::min(size, early_.size());
    std::memcpy(into, early_.view().data(), some);
    early_.consume(some);
    return static_cast<int>(some);
  }
  if (input_ended_) return 0;
  if (input_error_ != 0) return -input_error_;
  const int got = inner_->read(into, size);
  if (got == 0) input_ended_ = true;
  if (got < 0 && got != -EAGAIN) input_error_ = -got;
  return got;
}

int TlsTransport::write_ciphertext(std::string_view bytes) noexcept {
  if (out_.size() >= kOutMax) return -EAGAIN;
  out_.append(bytes);
  return static_cast<int>(bytes.size());
}

// ---- attempts

// `other` is the direction in which an attempt of this kind does not move bytes itself.
int TlsTransport::why_not(int result, bool& needs_the_other, Wants other) noexcept {
  const int error = SSL_get_error(ssl(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    needs_the_other = (error == SSL_ERROR_WANT_READ) == (other == Wants::input);
    return -EAGAIN;
  }
  if (chatters()) {
    broken_ = "the other side sends key updates or tickets without end, and no data";
    return -kBroken;
  }
  if (input_error_ != 0) return -input_error_;
  if (input_ended_) return setup_.tolerates_truncation && SSL_is_init_finished(ssl()) ? 0 : -kTruncated;
  if (error == SSL_ERROR_ZERO_RETURN) return 0;
  broken_ = tls_failure();
  return -kBroken;
}

int TlsTransport::handshake() noexcept {
  if (!broken_.empty()) return -kBroken;
  if (!SSL_is_init_finished(ssl())) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl());
    if (result != 1) {
      const int why = why_not(result, reader_needs_output_, Wants::output);
      const int flushed = flush();
      if (why == -EAGAIN) return flushed == 0 ? why : flushed;
      discard_input();
      return why == 0 ? -kTruncated : why;
    }
  }
  established_ = true;
  const int flushed = flush();
  return flushed == -EAGAIN ? 0 : flushed;  // a server's tickets may wait until the client reads
}

int TlsTransport::read(void* into, std::size_t size) noexcept {
  if (!broken_.empty()) return -kBroken;
  int got = 0;
  int ended = 0;
  reader_needs_output_ = false;
  do {
    ERR_clear_error();
    const auto room = static_cast<int>(std::min(size - static_cast<std::size_t>(got), kAttempt));
    const int some = SSL_read(ssl(), static_cast<char*>(into) + got, room);
    if (some <= 0) {
      ended = why_not(some, reader_needs_output_, Wants::output);
      break;
    }
    got += some;
    chatter_ = 0;
  } while (static_cast<std::size_t>(got) < std::min(size, kAttempt) && SSL_has_pending(ssl()));
  SSL_free_buffers(ssl());     // when nothing is in them: SSL_MODE_RELEASE_BUFFERS forgets some
  if (!out_.empty()) flush();  // answers of the protocol's own
  return got > 0 ? got : ended;
}

int TlsTransport::encrypt(std::string_view bytes) noexcept {
  ERR_clear_error();
  const int taken = SSL_write(ssl(), bytes.data(), static_cast<int>(bytes.size()));
  return taken > 0 ? taken : why_not(taken, writer_needs_input_, Wants::input);
}

int TlsTransport::write(std::span<const iovec> pieces) noexcept {
  if (!broken_.empty()) return -kBroken;
  if (said_goodbye_) return -EPIPE;
  if (const int flushed = flush(); flushed != 0) return flushed;
  std::size_t taken = 0;
  writer_needs_input_ = false;
  Records records(pieces);
  while (taken < kAttempt) {
    const std::string_view record = records.next();
    if (record.empty()) break;
    const int some = encrypt(record);
    if (some <= 0 && taken == 0) return some == 0 ? -EPIPE : some;
    if (some <= 0) break;
    taken += static_cast<std::size_t>(some);
  }
  const int flushed = flush();
  return flushed == 0 || flushed == -EAGAIN ? static_cast<int>(taken) : flushed;
}

int TlsTransport::flush() noexcept {
  while (!out_.empty()) {
    const iovec rest{const_cast<char*>(out_.view().data()), out_.size()};
    const int wrote = inner_->write({&rest, 1});
    if (wrote < 0) return wrote;
    out_.consume(static_cast<std::size_t>(wrote));
  }
  return inner_->flush();
}

int TlsTransport::write_eof() noexcept {
  if (!broken_.empty()) return -kBroken;
  if (const int flushed = flush(); flushed != 0) return flushed;
  if (!std::exchange(said_goodbye_, true)) {
    ERR_clear_error();
    SSL_shutdown(ssl());
    ERR_clear_error();
  }
  return flush();
}

int TlsTransport::goodbye() noexcept {
  const int said = write_eof();
  if (said != -EAGAIN) discard_input();
  return said;
}

// A socket that is closed with bytes unread (a ticket that came late, say) tells the peer so by a reset, which may
// overtake what was sent before it.
void TlsTransport::discard_input() noexcept {
  char bytes[4096];
  for (int i = 0; i != kDiscardMax && !input_ended_ && input_error_ == 0; ++i) {
    if (read_ciphertext(bytes, sizeof bytes) <= 0) return;
  }
}

// ---- the rest

void TlsTransport::try_read_again() noexcept {
  tell_reader();
  if (writer_needs_input_) tell_writer();
}

void TlsTransport::try_write_again() noexcept {
  flush();  // there may be no writer: answers of the protocol's own, what a cancelled write left
  tell_writer();
  if (reader_needs_output_) tell_reader();
}

std::string TlsTransport::name() const {
  return setup_.host.empty() ? inner_->name() : setup_.host + " (" + inner_->name() + ")";
}

void TlsTransport::fail(const char* doing, int error) const {
  if (error != kBroken && error != kTruncated) inner_->fail(doing, error);
  const std::string what = std::string(doing) + " " + name() + ": ";
  if (!certificate_problem_.empty()) throw CertificateError(what + certificate_problem_);
  if (error == kBroken) throw TlsError(what + broken_);
  if (!SSL_is_init_finished(ssl())) throw TlsTruncatedError(what + "the other side closed the connection");
  throw TlsTruncatedError(what + "the connection ended without TLS's goodbye; what came may not be all");
}

namespace {

std::string alpn_of(const SSL* ssl) {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace

TlsInfo TlsTransport::info() const {
  TlsInfo info;
  info.version = SSL_get_version(ssl());
  info.cipher = SSL_get_cipher_name(ssl());
  info.alpn = alpn_of(ssl());
  if (const char* asked = SSL_get_servername(ssl(), TLSEXT_NAMETYPE_host_name)) info.server_name = asked;
  info.resumed = SSL_session_reused(ssl()) == 1;
  if (const X509* peer = SSL_get0_peer_certificate(ssl())) {
    info.peer_subject = subject_of(peer);
    info.peer_issuer = issuer_of(peer);
    info.peer_fingerprint = fingerprint_of(peer);
  }
  return info;
}

}  // namespace eddy::detail
