// SPDX-License-Identifier: MIT
#include "eddy/net/detail/tls_sessions.h"

#include <utility>

#include <openssl/ssl.h>

namespace eddy::detail {

namespace {

constexpr std::size_t kServersMax = 256;
constexpr std::size_t kEachMax = 4;

// TLS 1.3 tickets are for one use: a second one would let an eavesdropper link the connections.
bool is_reusable(const SSL_SESSION* session) { return SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION; }

}  // namespace

OpenSsl<ssl_session_st> TlsSessions::take(const std::string& server) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(server);
  if (found == sessions_.end()) return nullptr;
  if (is_reusable(found->second.back().get())) {
    SSL_SESSION_up_ref(found->second.back().get());
    return OpenSsl<ssl_session_st>(found->second.back().get());
  }
  OpenSsl<ssl_session_st> session = std::move(found->second.back());
  found->second.pop_back();
  if (found->second.empty()) sessions_.erase(found);
  return session;
}

void TlsSessions::put(const std::string& server, OpenSsl<ssl_session_st> session) {
  const std::lock_guard lock(mutex_);
  if (sessions_.size() >= kServersMax && !sessions_.contains(server)) sessions_.erase(sessions_.begin());
  auto& all = sessions_[server];
  if (all.size() == kEachMax) all.erase(all.begin());
  all.push_back(std::move(session));
}

}  // namespace eddy::detail
