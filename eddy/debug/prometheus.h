// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "eddy/debug/loop_stats.h"

namespace eddy::debug {

/// What monitors have seen, in Prometheus' text format (version 0.0.4): serve it as
/// `text/plain; version=0.0.4; charset=utf-8`. One page for several loops, told apart by the label `loop`
/// (of two with the same name the second gets a number). Any thread.
std::string prometheus(const std::vector<LoopStats>& loops);

}  // namespace eddy::debug
