// SPDX-License-Identifier: MIT
#include "eddy/net/detail/tls_verify.h"

#include <openssl/x509_vfy.h>

#include "eddy/net/detail/openssl.h"

namespace eddy::detail {

std::string certificate_problem(x509_store_ctx_st* verification, const std::string& host) {
  const X509* certificate = X509_STORE_CTX_get_current_cert(verification);
  const int problem = X509_STORE_CTX_get_error(verification);
  if (!certificate) return X509_verify_cert_error_string(problem);
  const std::string name = "the certificate " + subject_of(certificate);
  const std::string distrusted =
      std::string("which is not among the trusted ones") + (host.empty() ? "" : "; if it should be, ca_file() adds it");
  switch (problem) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return name + " expired on " + time_of(X509_get0_notAfter(certificate)) + " (or is this machine's clock wrong?)";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return name + " is valid only from " + time_of(X509_get0_notBefore(certificate)) +
             " on (or is this machine's clock wrong?)";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "its certificate is for " + hosts_of(certificate) + ", not for " + host;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return name + " is self-signed, " + distrusted;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "it stands on " + name + ", " + distrusted;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return name + " was issued by " + issuer_of(certificate) + ", " + distrusted +
             "; or the other side does not send its whole chain";
    default:
      return name + ": " + X509_verify_cert_error_string(problem);
  }
}

}  // namespace eddy::detail
