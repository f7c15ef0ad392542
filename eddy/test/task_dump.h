// SPDX-License-Identifier: MIT
#pragma once

#include "eddy/debug/dump_tasks.h"
#include "eddy/debug/task_tree.h"

namespace eddy::test {

// Under the names that they had here first.
using debug::dump_tasks;
using debug::task_tree;
using debug::TaskNode;

}  // namespace eddy::test
