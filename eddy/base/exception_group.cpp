// SPDX-License-Identifier: MIT
#include "eddy/base/exception_group.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <stdexcept>

#include "eddy/base/error.h"

namespace eddy {
namespace {

constexpr std::size_t kDepthMax = 32;

std::string indented(const std::string& text, std::size_t by) {
  std::string result;
  for (char c : text) {
    result += c;
    if (c == '\n') result.append(by, ' ');
  }
  return result;
}

void compose(std::string& text, const ExceptionGroup& group, std::size_t depth) {
  const auto& errors = group.exceptions();
  const std::size_t margin = 2 * depth;
  text += indented(group.message(), margin);
  text += " (" + std::to_string(errors.size()) + (errors.size() == 1 ? " error)" : " errors)");
  if (depth == kDepthMax) {
    text += " …";
    return;
  }
  for (const std::exception_ptr& error : errors) {
    text.append("\n").append(margin, ' ').append("  - ");
    try {
      std::rethrow_exception(error);
    } catch (const ExceptionGroup& nested) {
      text += "eddy::ExceptionGroup: ";
      compose(text, nested, depth + 1);
    } catch (...) {
      text += indented(describe(error), margin + 2);
    }
  }
}

}  // namespace

ExceptionGroup::ExceptionGroup(std::string message, std::vector<std::exception_ptr> errors)
    // NOLINTNEXTLINE(bugprone-throw-keyword-missing): they are kept, not thrown
    : message_(std::move(message)), errors_(std::move(errors)), handled_(errors_.size()) {
  if (errors_.empty()) throw std::invalid_argument("ExceptionGroup: a group needs at least one error");
}

ExceptionGroup::ExceptionGroup(const ExceptionGroup& other)
    : std::exception(other), message_(other.message_), errors_(other.errors_), handled_(other.handled_) {}

ExceptionGroup::~ExceptionGroup() { delete text_; }

// Composed when somebody asks, since a group may pass through many others on its way.
const char* ExceptionGroup::what() const noexcept {
  std::atomic_ref text(text_);
  if (const std::string* known = text.load(std::memory_order_acquire)) return known->c_str();
  try {
    auto composed = std::make_unique<std::string>();
    compose(*composed, *this, 0);
    const std::string* none = nullptr;
    if (text.compare_exchange_strong(none, composed.get(), std::memory_order_acq_rel))
      return composed.release()->c_str();
    return none->c_str();  // another thread was faster
  } catch (...) {
    return message_.c_str();
  }
}

bool ExceptionGroup::handled() const noexcept {
  return std::all_of(handled_.begin(), handled_.end(), [](bool handled) { return handled; });
}

void ExceptionGroup::rethrow_unhandled() const {
  std::vector<std::exception_ptr> left;
  for (std::size_t i = 0; i < errors_.size(); ++i) {
    if (handled_[i]) continue;
    try {
      std::rethrow_exception(errors_[i]);
    } catch (const ExceptionGroup& nested) {
      try {
        nested.rethrow_unhandled();
      } catch (...) {
        left.push_back(std::current_exception());
      }
    } catch (...) {
      left.push_back(errors_[i]);
    }
  }
  if (!left.empty()) throw ExceptionGroup(message_, std::move(left));
}

}  // namespace eddy
