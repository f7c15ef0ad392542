// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "eddy/core/scope.h"
#include "eddy/core/time_point.h"

namespace eddy::detail {

/// "0x55d0c8".
std::string address_text(const void* object);

/// What an operation that somebody waits at says about itself, in words and for machines: filled in by
/// `Node::describe`, read by whoever looks at tasks from outside.
///
/// Points into tasks that live while it is read: the loop's thread, and not across a turn. In words it reads
/// "what which held by task 'x', detail, 3.2 s left".
struct OpDescription {
  std::string what;              ///< "Lock", "Queue.get", "readable fd"; empty: the name of its type will do
  std::string which;             ///< of several of its kind, which one: an address, a name, a number
  std::string detail;            ///< "empty", "2 of 3 arrived"
  Nanos when = kForever;         ///< when it ends by itself; before the timer has settled the negated delay
  const Taker* taker = nullptr;  ///< who has what it waits for, where that is one

  // Whose end it waits for, of one kind or the other.
  const Owner* children = nullptr;
  std::vector<const Strand*> tasks;
  bool any = false;  ///< the end of one of them will do

  void is(std::string_view kind, const void* object);
  void is(std::string_view kind, std::string_view name = {}) {
    what = kind;
    which = name;
  }
  /// Adds "3 left".
  void add(std::string_view text);
  void add(std::size_t number, std::string_view text) { add(std::to_string(number) + " " + std::string(text)); }
  /// Waits for the end of the children, of all or of one; says how many there are.
  void waits_for(const Owner& owner, bool for_any = false);
  /// "3 wait before it": how many come first in the ring that it stands in. Counts so far only.
  void stands_in(const Ring<Op>& line, const Op& op);
};

}  // namespace eddy::detail
