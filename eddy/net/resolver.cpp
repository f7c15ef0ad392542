// SPDX-License-Identifier: MIT
#include "eddy/net/resolver.h"

#include <fstream>
#include <memory>
#include <sstream>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <netdb.h>
#include <sys/socket.h>

#include "eddy/core/loop.h"
#include "eddy/core/loop_service.h"
#include "eddy/net/detail/dns_cache.h"
#include "eddy/net/detail/dns_channel.h"
#include "eddy/net/resolve.h"
#include "eddy/sync/event.h"
#include "eddy/threads/to_thread.h"

namespace eddy {

namespace detail {

/// A question under way, and later its answer.
struct DnsQuestion {
  Event answered;
  DnsAnswer answer;
};

class ResolverState {
 public:
  explicit ResolverState(const ResolverOptions& options) : cache(options.cache_max), options_(options) {
    add_channel();  // throws if the name servers cannot be asked
  }

  std::shared_ptr<DnsQuestion> ask(const std::string& host) {
    if (const auto asked = questions_.find(host); asked != questions_.end()) return asked->second;
    DnsChannel& channel = free_channel();
    auto question = std::make_shared<DnsQuestion>();
    questions_.emplace(host, question);
    channel.ask(host, [this, host, question](DnsAnswer answer) { on_answer(host, *question, std::move(answer)); });
    return question;
  }

  [[nodiscard]] bool has_more_sources() const { return options_.servers.empty() && system_has_more_sources(); }

  DnsCache cache;

 private:
  static constexpr std::size_t kChannelsMax = 32;

  // Questions under way at the same time do not share a port if that can be helped: whoever has seen one question
  // would know where to send forged answers to the others. (c-ares learned to vary it within a channel in 1.20.)
  DnsChannel& free_channel() {
    for (const auto& channel : channels_) {
      if (channel->idle()) return *channel;
    }
    if (channels_.size() == kChannelsMax) return *channels_[next_++ % kChannelsMax];
    return add_channel();
  }

  DnsChannel& add_channel() { return *channels_.emplace_back(std::make_unique<DnsChannel>(options_)); }

  void on_answer(const std::string& host, DnsQuestion& question, DnsAnswer answer) {
    if (answer.error.empty()) cache.put(host, answer.addresses, now() + answer.valid_for, now());
    question.answer = std::move(answer);
    question.answered.set();
    questions_.erase(host);
  }

  // Other sources than the hosts file and DNS: multicast DNS, a directory, containers.
  static bool system_has_more_sources() {
    std::ifstream file("/etc/nsswitch.conf");
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line.substr(0, line.find('#')));
      std::string word;
      if (!(words >> word) || word != "hosts:") continue;
      while (words >> word) {
        if (word != "files" && word != "dns" && word.front() != '[') return true;
      }
    }
    return false;
  }

  std::unordered_map<std::string, std::shared_ptr<DnsQuestion>> questions_;
  ResolverOptions options_;
  std::size_t next_ = 0;
  std::vector<std::unique_ptr<DnsChannel>> channels_;  // their end answers the questions
};

}  // namespace detail

namespace {

// "localhost" and what ends in it never leave the machine (RFC 6761).
bool is_local(std::string_view host) { return host == "localhost" || host.ends_with(".localhost"); }

// As the cache knows it: DNS does not tell capitals from small letters.
std::string normalised(std::string host) {
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (host.ends_with('.')) host.pop_back();
  return host;
}

void check_name(const std::string& host) {
  if (!host.empty() && host.size() <= 253 && host.find_first_of(std::string_view("\0 \t\r\n/@", 7)) == host.npos)
    return;
  throw ResolveError("resolve \"" + host.substr(0, 300) + "\": this is no name of a host");
}

std::vector<Address> with_port(std::vector<Address> addresses, std::uint16_t port) {
  for (Address& address : addresses) address = address.with_port(port);
  return addresses;
}

std::vector<Address> ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) throw ResolveError("resolve " + host + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> guard(found, &::freeaddrinfo);
  std::vector<Address> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    addresses.push_back(Address::from_sockaddr(entry->ai_addr, entry->ai_addrlen));
  }
  return addresses;
}

// What is known without asking anybody; empty: it must be asked.
std::vector<Address> known_here(const std::string& host, std::uint16_t port) {
  std::vector<Address> addresses;
  if (const Address literal = Address::ip_or_nothing(host, port)) {
    addresses.push_back(literal);
  } else if (is_local(normalised(host))) {
    addresses.push_back(Address::ip("::1", port));
    addresses.push_back(Address::ip("127.0.0.1", port));
  }
  return addresses;
}

/// The resolver that `resolve` uses.
struct LoopResolver final : LoopService {
  explicit LoopResolver(Loop&) {}
  Resolver resolver;
};

}  // namespace

Resolver::Resolver(ResolverOptions options) : state_(std::make_unique<detail::ResolverState>(options)) {}
Resolver::Resolver(Resolver&& other) noexcept = default;
Resolver& Resolver::operator=(Resolver&& other) noexcept = default;
Resolver::~Resolver() = default;

void Resolver::clear_cache() noexcept { state_->cache.clear(); }

Task<std::vector<Address>> Resolver::resolve(std::string host, std::uint16_t port) {
  if (std::vector<Address> known = known_here(host, port); !known.empty()) co_return known;
  check_name(host);
  const std::string name = normalised(host);
  if (const std::vector<Address>* known = state_->cache.find(name, now())) co_return with_port(*known, port);
  const bool more_sources = state_->has_more_sources();
  const std::shared_ptr<detail::DnsQuestion> question = state_->ask(name);
  co_await question->answered.wait();  // the resolver may be gone after it
  const detail::DnsAnswer& answer = question->answer;
  if (answer.error.empty()) co_return with_port(answer.addresses, port);
  if (!answer.unknown_name || !more_sources) throw ResolveError("resolve " + host + ": " + answer.error);
  co_return with_port(co_await to_thread(ask_system, host), port);
}

Task<std::vector<Address>> resolve(std::string host, std::uint16_t port) {
  if (std::vector<Address> known = known_here(host, port); !known.empty()) co_return known;
  co_return co_await get_running_loop().service<LoopResolver>().resolver.resolve(std::move(host), port);
}

}  // namespace eddy
