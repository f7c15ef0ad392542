// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/base/owned.h"

namespace eddy {

/// Advanced: something that a loop keeps for whoever runs on it, made when it is first asked for
/// (`Loop::service<S>()`): the default thread pool. The loop destroys it when it closes, after its tasks have ended, on
/// its own thread.
class LoopService {
 public:
  LoopService() = default;
  LoopService(const LoopService&) = delete;
  LoopService& operator=(const LoopService&) = delete;
  virtual ~LoopService() = default;

 private:
  friend class Loop;
  const void* key_ = nullptr;
  Owned<LoopService> next_;
};

}  // namespace eddy
