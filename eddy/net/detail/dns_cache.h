// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "eddy/core/time_point.h"
#include "eddy/net/address.h"

namespace eddy::detail {

/// Answers that are still valid.
class DnsCache {
 public:
  explicit DnsCache(std::size_t max) noexcept : max_(max) {}

  /// Null when it is not, or no longer, known.
  const std::vector<Address>* find(const std::string& host, TimePoint now) const {
    const auto at = entries_.find(host);
    return at == entries_.end() || at->second.until <= now ? nullptr : &at->second.addresses;
  }

  void put(const std::string& host, std::vector<Address> addresses, TimePoint until, TimePoint now) {
    if (until <= now || max_ == 0) return;
    if (entries_.size() >= max_ && !entries_.contains(host)) make_room(now);
    entries_[host] = {std::move(addresses), until};
  }

  void clear() noexcept { entries_.clear(); }

 private:
  struct Entry {
    std::vector<Address> addresses;
    TimePoint until;
  };

  // What has expired goes first; else any.
  void make_room(TimePoint now) {
    std::erase_if(entries_, [now](const auto& entry) { return entry.second.until <= now; });
    if (entries_.size() >= max_) entries_.erase(entries_.begin());
  }

  std::size_t max_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace eddy::detail
