// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace eddy::detail {

class Decoder;
class Encoder;

/// What runs a function in a worker: reads its arguments, writes its result.
using WorkerStub = void (*)(Decoder& arguments, Encoder& result);

/// The descriptor that a worker talks to its pool on.
inline constexpr int kWorkerSocket = 3;
/// Set for workers only: the limit of their memory in bytes, 0 for none.
inline constexpr char kWorkerVariable[] = "EDDY_PROCESS_POOL_WORKER";

/// Whether this is a worker that makes its global objects.
bool worker_is_starting() noexcept;

/// Referred to by every pool, so that a program with a pool contains the worker.
void link_worker() noexcept;

}  // namespace eddy::detail
