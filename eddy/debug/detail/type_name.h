// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <typeinfo>

namespace eddy::debug::detail {

/// "StreamRead" of eddy::detail::StreamRead, "Waiter" of app::Waiter<int>: for operations without a description.
std::string type_name(const std::type_info& type);

}  // namespace eddy::debug::detail
