// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "eddy/core/time_point.h"

namespace eddy {

class ProgressOutput;
namespace detail {
class ProgressBar;
}

/// How a Progress shows itself.
enum class ProgressMode {
  kAuto,   ///< a bar on a terminal, else plain lines
  kBar,    ///< a bar, also where there is no terminal
  kPlain,  ///< a line now and then
  kOff,    ///< not at all
};

/// How large numbers are shortened.
enum class ProgressScale { kNone, kSi, kBinary };

/// What a Progress may be told: `ProgressOptions{}.unit("B", ProgressScale::kBinary).leave(false)`.
class ProgressOptions {
 public:
  ProgressOptions() = default;

  /// What is counted: "it" unless set. Scaled, 1500 is 1.50k (`kSi`) or 1.46Ki (`kBinary`).
  ProgressOptions& unit(std::string name, ProgressScale scale = ProgressScale::kNone) {
    unit_ = std::move(name);
    scale_ = scale;
    return *this;
  }
  /// Whether it stays on the screen when it is closed. It does, unless told otherwise.
  ProgressOptions& leave(bool stays) {
    leave_ = stays;
    return *this;
  }
  /// Bar, lines or nothing; EDDY_PROGRESS=bar|plain|off in the environment overrules it.
  ProgressOptions& mode(ProgressMode mode) {
    mode_ = mode;
    return *this;
  }
  /// The least time between two redraws of a bar. 100 ms unless set.
  template <class Rep, class Period>
  ProgressOptions& min_interval(std::chrono::duration<Rep, Period> least) {
    min_interval_ = Duration(detail::to_nanos(least));
    return *this;
  }
  /// How many columns a bar takes at most; the whole terminal unless set.
  ProgressOptions& width(int columns) {
    width_ = columns;
    return *this;
  }
  /// Whether a bar has colour, on terminals that have. It does, unless NO_COLOR is in the environment.
  ProgressOptions& color(bool on) {
    color_ = on;
    return *this;
  }
  /// Where it is shown: a descriptor, which must stay open. 2, stderr, unless set.
  ProgressOptions& fd(int number) {
    fd_ = number;
    return *this;
  }
  /// … or an output of your own, which must outlive the Progress.
  ProgressOptions& output(ProgressOutput& output) {
    output_ = &output;
    return *this;
  }

 private:
  friend class detail::ProgressBar;
  std::string unit_ = "it";
  ProgressScale scale_ = ProgressScale::kNone;
  ProgressMode mode_ = ProgressMode::kAuto;
  bool leave_ = true;
  bool color_ = true;
  int width_ = 0;
  int fd_ = 2;
  Duration min_interval_ = std::chrono::milliseconds(100);
  ProgressOutput* output_ = nullptr;
};

}  // namespace eddy
