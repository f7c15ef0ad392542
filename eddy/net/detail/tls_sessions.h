// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "eddy/net/detail/openssl.h"

namespace eddy::detail {

/// A client's sessions that may be taken up again, by server. Bounded. Any thread.
class TlsSessions {
 public:
  /// The latest one for this server; null when there is none.
  OpenSsl<ssl_session_st> take(const std::string& server);
  void put(const std::string& server, OpenSsl<ssl_session_st> session);

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<OpenSsl<ssl_session_st>>> sessions_;
};

}  // namespace eddy::detail
