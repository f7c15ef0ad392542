// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace eddy::detail {

/// A small file of the configuration; throws TlsError, "<what> file <path>: …".
std::string read_text_file(const std::string& what, const std::string& path);

}  // namespace eddy::detail
