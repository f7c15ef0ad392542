// SPDX-License-Identifier: MIT
//
// Everything, in the order in which one meets it. Programs may also include the rooms they use.
#pragma once

#include <functional>  // std::ref, for arguments that tasks take by reference

// Errors, and several of them as one.
#include "eddy/base/error.h"            // RuntimeError TimeoutError TaskCancelled Cancelled
#include "eddy/base/exception_group.h"  // ExceptionGroup: handle<E>, rethrow_unhandled
#include "eddy/base/scope_guard.h"      // ScopeGuard
#include "eddy/base/unit.h"             // Unit

// Tasks and the loop that runs them.
#include "eddy/core/any_task.h"      // AnyTask current_task all_tasks
#include "eddy/core/context_var.h"   // ContextVar
#include "eddy/core/create_task.h"   // create_task
#include "eddy/core/frame_memory.h"  // frame_stats
#include "eddy/core/loop.h"          // Loop get_running_loop
#include "eddy/core/outcome.h"       // Outcome
#include "eddy/core/readiness.h"     // readable writable
#include "eddy/core/run.h"           // run RunOptions
#include "eddy/core/task.h"          // Task
#include "eddy/core/task_handle.h"   // TaskHandle
#include "eddy/core/traceback.h"     // traceback

// Time.
#include "eddy/time/interval.h"  // interval
#include "eddy/time/sleep.h"     // sleep sleep_until checkpoint
#include "eddy/time/timeout.h"   // wait_for try_for timeout timeout_at no_timeout current_deadline

// Several awaitables as one.
#include "eddy/combine/as_completed.h"     // as_completed
#include "eddy/combine/cancel_and_wait.h"  // cancel_and_wait
#include "eddy/combine/finally.h"          // finally on_cancel
#include "eddy/combine/gather.h"           // gather return_exceptions
#include "eddy/combine/outcome.h"          // outcome raising
#include "eddy/combine/race.h"             // race first_success
#include "eddy/combine/scope.h"            // Scope
#include "eddy/combine/shield.h"           // shield
#include "eddy/combine/task_group.h"       // task_group TaskGroup Started
#include "eddy/combine/wait.h"             // wait FIRST_COMPLETED FIRST_EXCEPTION ALL_COMPLETED

// Resources: opened, used, closed, whatever happens.
#include "eddy/combine/background.h"       // background
#include "eddy/combine/context_manager.h"  // ContextManager ExitReason
#include "eddy/combine/exit_stack.h"       // ExitStack
#include "eddy/combine/with.h"             // with

// Tasks waiting for each other.
#include "eddy/sync/barrier.h"    // Barrier
#include "eddy/sync/condition.h"  // Condition
#include "eddy/sync/event.h"      // Event
#include "eddy/sync/lock.h"       // Lock
#include "eddy/sync/queue.h"      // Queue LifoQueue PriorityQueue
#include "eddy/sync/semaphore.h"  // Semaphore BoundedSemaphore

// Values over time.
#include "eddy/iter/async_generator.h"  // AsyncGenerator
#include "eddy/iter/iter.h"             // iter:: map filter take chunk collect map_async map_unordered merge buffer …

// Flow control.
#include "eddy/flow/acquire_all.h"      // acquire_all
#include "eddy/flow/adaptive_limit.h"   // AdaptiveLimit AdaptiveLimitOptions
#include "eddy/flow/circuit_breaker.h"  // CircuitBreaker CircuitOpenError
#include "eddy/flow/keyed_limiter.h"    // KeyedLimiter
#include "eddy/flow/retry.h"            // retry Retry RetryState RetryError Jitter
#include "eddy/flow/retry_budget.h"     // RetryBudget
#include "eddy/flow/sliding_window.h"   // SlidingWindow
#include "eddy/flow/token_bucket.h"     // TokenBucket

// Other threads and processes: functions that block or compute, other loops, other programs' APIs.
#include "eddy/threads/from_callback.h"             // from_callback Callback
#include "eddy/threads/loop_thread.h"               // LoopThread
#include "eddy/threads/process_pool.h"              // ProcessPool ProcessPoolOptions WorkerDied RemoteError
#include "eddy/threads/run_coroutine_threadsafe.h"  // run_coroutine_threadsafe spawn_on ThreadFuture
#include "eddy/threads/runtime.h"                   // Runtime
#include "eddy/threads/thread_pool.h"               // ThreadPool ThreadPoolOptions PoolShutDown
#include "eddy/threads/thread_safe_queue.h"         // ThreadSafeQueue
#include "eddy/threads/to_thread.h"                 // to_thread abandon_on_cancel

// Flow control.
#include "eddy/flow/cache.h"            // AsyncCache CacheOptions CacheStats
#include "eddy/flow/cached.h"           // cached CachedFunction
#include "eddy/flow/debounced.h"        // Debounced
#include "eddy/flow/every.h"            // every Every
#include "eddy/flow/map_concurrent.h"   // map_concurrent for_each_concurrent
#include "eddy/flow/process_batch.h"    // process_batch batches Batch
#include "eddy/flow/produce_consume.h"  // produce_consume Workers
#include "eddy/flow/progress.h"         // Progress ProgressOptions
#include "eddy/flow/progress_output.h"  // ProgressOutput ProgressPause
#include "eddy/flow/progress_print.h"   // progress_print
#include "eddy/flow/progress_stage.h"   // iter::progress
#include "eddy/flow/service.h"          // run_service Service Drain ServiceEnd
#include "eddy/flow/single_flight.h"    // SingleFlight

// Bytes in and out.
#include "eddy/io/file.h"              // open_file File FileOptions open_lines
#include "eddy/io/file_system.h"       // file_info list_directory walk_directory remove_file copy_file …
#include "eddy/io/file_watcher.h"      // watch_directory FileWatcher FileEvent FileChange
#include "eddy/io/pipe.h"              // pipe stream_from_pipe
#include "eddy/io/standard_streams.h"  // stdin_stream stdout_stream stderr_stream
#include "eddy/io/stream.h"            // Stream memory_stream_pair socket_stream_pair
#include "eddy/io/stream_error.h"      // IncompleteReadError LimitOverrunError ClosedError
#include "eddy/io/temporary.h"         // open_temporary_file make_temporary_directory
#include "eddy/io/whole_file.h"        // read_text write_text append_text replace_file …

// Other programs, and signals.
#include "eddy/io/command.h"      // Command
#include "eddy/io/process.h"      // create_subprocess_exec create_subprocess_shell Process
#include "eddy/io/run_command.h"  // run_command CompletedProcess CalledProcessError
#include "eddy/io/signal.h"       // Signals signal_received

// Other machines.
#include "eddy/net/address.h"      // Address
#include "eddy/net/certificate.h"  // Certificate make_self_signed
#include "eddy/net/connect.h"      // open_connection connect ConnectOptions
#include "eddy/net/listener.h"     // Listener ListenOptions
#include "eddy/net/resolve.h"      // resolve ResolveError
#include "eddy/net/resolver.h"     // Resolver ResolverOptions
#include "eddy/net/server.h"       // start_server Server ServerOptions
#include "eddy/net/socket.h"       // Socket
#include "eddy/net/tls.h"          // Tls start_tls TlsInfo tls_info TlsError CertificateError TlsTruncatedError
#include "eddy/net/tls_server.h"   // TlsServer
#include "eddy/net/udp.h"          // UdpSocket Datagram

// Looking at a program from outside: namespace debug.
#include "eddy/debug/dump_on_signal.h"  // dump_on_signal
#include "eddy/debug/dump_tasks.h"      // dump_tasks dump_tasks_json DumpOptions
#include "eddy/debug/loop_monitor.h"    // LoopMonitor LagReport LoopStats TaskUse LiveTasks Histogram
#include "eddy/debug/prometheus.h"      // prometheus
#include "eddy/debug/task_tree.h"       // task_tree deadlocks TaskNode
#include "eddy/debug/trace.h"           // Trace TraceOptions
#include "eddy/debug/watchdog.h"        // set_blocked_handler start_watchdog
