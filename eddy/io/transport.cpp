// SPDX-License-Identifier: MIT
#include "eddy/io/transport.h"

#include "eddy/sys/fd.h"

namespace eddy {

void Transport::fail(const char* doing, int error) const {
  sys::throw_error((std::string(doing) + " " + name()).c_str(), error);
}

}  // namespace eddy
