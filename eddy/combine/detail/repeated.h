// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "eddy/core/any_task.h"

namespace eddy::detail {

/// For each task of a list: whether it stands there before already.
std::vector<bool> repeated(const std::vector<AnyTask>& tasks);

}  // namespace eddy::detail
