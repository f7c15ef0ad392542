// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "eddy/core/time_point.h"

namespace eddy {

/// A certificate, with the chain that leads to its issuer, and its private key: PEM texts. A value; whether it can be
/// used is seen when it is.
class Certificate {
 public:
  /// The texts themselves, the chain's own certificate first. See `from_files` for files.
  Certificate(std::string chain, std::string key) : chain_(std::move(chain)), key_(std::move(key)) {}
  /// Reads them; throws TlsError that names the file. `password` of an encrypted key.
  static Certificate from_files(const std::string& chain_file, const std::string& key_file, std::string password = "");

  [[nodiscard]] const std::string& chain() const noexcept { return chain_; }
  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  [[nodiscard]] const std::string& password() const noexcept { return password_; }
  /// Where they are from, for messages.
  [[nodiscard]] const std::string& chain_origin() const noexcept { return chain_origin_; }
  [[nodiscard]] const std::string& key_origin() const noexcept { return key_origin_; }

 private:
  std::string chain_;
  std::string key_;
  std::string password_;
  std::string chain_origin_ = "the certificate given as text";
  std::string key_origin_ = "the key given as text";
};

/// A fresh key, and a certificate for this host (a name or an address) that nobody has signed but itself: for tests,
/// and for machines that know each other. Who shall trust it is told so: `Tls{}.ca_pem(certificate.chain())`.
[[nodiscard]] Certificate make_self_signed(const std::string& host,
                                           std::chrono::seconds valid_for = std::chrono::hours(24 * 30));

}  // namespace eddy
