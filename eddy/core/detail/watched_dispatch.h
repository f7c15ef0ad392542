// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <source_location>
#include <string>

#include "eddy/core/any_task.h"
#include "eddy/core/node.h"
#include "eddy/core/time_point.h"

namespace eddy::detail {

/// A dispatch in debug mode: whose it is, and from where to where it runs. Made before it; keeps the task's state, not
/// its frames.
class WatchedDispatch {
 public:
  explicit WatchedDispatch(Node& node) noexcept;

  /// Afterwards: "task 'crawler' ran 312 ms without awaiting: from app.cpp:12 in fetch to app.cpp:40 in crunch".
  std::string report(Nanos took) const;

 private:
  AnyTask task_;                              ///< empty for a callback
  std::optional<std::source_location> from_;  ///< the await it goes on from; empty when it starts
};

}  // namespace eddy::detail
