// SPDX-License-Identifier: MIT
#pragma once

#include <string>

struct x509_store_ctx_st;

namespace eddy::detail {

/// Why a certificate was refused, in words; `host` is whom it should have been for.
std::string certificate_problem(x509_store_ctx_st* verification, const std::string& host);

}  // namespace eddy::detail
