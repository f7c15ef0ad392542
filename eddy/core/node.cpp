// SPDX-License-Identifier: MIT
#include "eddy/core/node.h"

namespace eddy::detail {

// Each kind of node overrides the roles it plays; being called in another one is a bug in eddy.
void Node::run() noexcept { assert(false && "this node is never queued"); }
Step Node::child_done() noexcept {
  assert(false && "this node has no child");
  return Step::none();
}
Step Node::child_cancelled() noexcept {
  assert(false && "this node has no child");
  return Step::none();
}
void Node::cancel() noexcept {}
void Node::fire() noexcept { assert(false && "this node is no timer"); }
void Node::discard() noexcept { assert(false && "this node cannot be left over when its loop closes"); }
Cont Node::continuation() const noexcept { return {}; }
Strand* Node::on_behalf() noexcept { return nullptr; }
void Node::describe(OpDescription&) const {}

}  // namespace eddy::detail
