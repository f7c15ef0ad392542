// SPDX-License-Identifier: MIT
#include "eddy/flow/progress_output.h"

#include "eddy/flow/detail/progress_board.h"

namespace eddy {

ProgressOutput::ProgressOutput() : board_(make_owned<detail::ProgressBoard>(*this)) {}
ProgressOutput::~ProgressOutput() = default;

void ProgressOutput::print(std::string_view line) { board_->print(line); }

}  // namespace eddy
