// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <string_view>

namespace eddy::sys {

/// What debuggers and `top -H` call the calling thread; Linux keeps 15 characters, more are cut off.
void set_thread_name(std::string_view name) noexcept;

/// While one lives, the calling thread, and every thread started from it (for good), receives no signals: they go to
/// the threads that expect them. Those that report a bug of the thread itself (SIGSEGV and its like) stay.
class BlockSignals {
 public:
  BlockSignals() noexcept;
  BlockSignals(const BlockSignals&) = delete;
  BlockSignals& operator=(const BlockSignals&) = delete;
  ~BlockSignals();

 private:
  sigset_t before_;
};

}  // namespace eddy::sys
