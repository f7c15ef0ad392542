// SPDX-License-Identifier: MIT
#include "eddy/flow/batch.h"

#include "eddy/base/error.h"

namespace eddy {

Batch& Batch::size(std::size_t items) {
  if (items == 0) throw RuntimeError("Batch::size(0): a batch has at least one item");
  size_ = items;
  return *this;
}

Batch& Batch::concurrency(std::size_t calls) {
  if (calls == 0) throw RuntimeError("Batch::concurrency(0): at least one call must be allowed to run");
  concurrency_ = calls;
  return *this;
}

Batch& Batch::progress(std::string label) {
  label_ = std::move(label);
  return *this;
}

}  // namespace eddy
