// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace eddy {

/// The versions of TLS that are still safe; older ones are not offered.
enum class TlsVersion : std::uint8_t { v1_2, v1_3 };

}  // namespace eddy
