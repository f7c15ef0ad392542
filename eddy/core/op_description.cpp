// SPDX-License-Identifier: MIT
#include "eddy/core/op_description.h"

#include <cstdio>

namespace eddy::detail {
namespace {

constexpr std::size_t kCountMax = 100;  // a look at 100,000 that wait for the same must not take a second

}  // namespace

std::string address_text(const void* object) {
  char text[32];
  std::snprintf(text, sizeof text, "%p", object);
  return text;
}

void OpDescription::is(std::string_view kind, const void* object) { is(kind, address_text(object)); }

void OpDescription::add(std::string_view text) {
  if (!detail.empty()) detail += ", ";
  detail += text;
}

void OpDescription::waits_for(const Owner& owner, bool for_any) {
  children = &owner;
  any = for_any;
  std::size_t left = 0;
  for (const Strand* kid = owner.kids.front(); kid; kid = owner.kids.after(*kid)) ++left;
  add(left, "left");
}

void OpDescription::stands_in(const Ring<Op>& line, const Op& op) {
  std::size_t before = 0;
  for (const Op* other = line.front(); other && other != &op && before < kCountMax; other = line.after(*other))
    ++before;
  if (before == 1) return add("1 waits before it");
  if (before == kCountMax) return add(std::to_string(kCountMax) + " or more wait before it");
  if (before > 0) add(before, "wait before it");
}

}  // namespace eddy::detail
