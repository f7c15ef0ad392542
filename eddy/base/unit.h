// SPDX-License-Identifier: MIT
#pragma once

namespace eddy {

/// The value of something that has none: what `void` becomes where a result must be stored (`gather`, `Outcome<void>`).
struct Unit {
  friend constexpr bool operator==(Unit, Unit) = default;
};

}  // namespace eddy
