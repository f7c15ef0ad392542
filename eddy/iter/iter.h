// SPDX-License-Identifier: MIT
//
// Pipelines: `source | stage | stage`, pulled from the end by `next()` or by one of the functions that await a whole
// source.
#pragma once

#include "eddy/iter/async_generator.h"
#include "eddy/iter/async_iterable.h"
#include "eddy/iter/buffer.h"
#include "eddy/iter/chain.h"
#include "eddy/iter/chunk.h"
#include "eddy/iter/chunk_within.h"
#include "eddy/iter/collect.h"
#include "eddy/iter/debounce.h"
#include "eddy/iter/enumerate.h"
#include "eddy/iter/filter.h"
#include "eddy/iter/flat_map.h"
#include "eddy/iter/map.h"
#include "eddy/iter/map_async.h"
#include "eddy/iter/map_unordered.h"
#include "eddy/iter/merge.h"
#include "eddy/iter/scan.h"
#include "eddy/iter/take.h"
#include "eddy/iter/throttle.h"
#include "eddy/iter/window.h"
