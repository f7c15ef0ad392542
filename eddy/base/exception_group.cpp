// SPDX-License-Identifier: MIT
#include "eddy/base/exception_group.h"

#include <algorithm>
#include <stdexcept>

#include "eddy/base/error.h"

namespace eddy {
namespace {

std::string indent(const std::string& text) {
  std::string result;
  for (char c : text) {
    result += c;
    if (c == '\n') result += "  ";
  }
  return result;
}

std::string compose(const std::string& message, const std::vector<std::exception_ptr>& errors) {
  std::string text = message + " (" + std::to_string(errors.size()) + (errors.size() == 1 ? " error)" : " errors)");
  for (const std::exception_ptr& error : errors) text += "\n  - " + indent(describe(error));
  return text;
}

}  // namespace

ExceptionGroup::ExceptionGroup(std::string message, std::vector<std::exception_ptr> errors)
    : message_(std::move(message)),
      errors_(std::move(errors)),
      handled_(errors_.size()),
      text_(compose(message_, errors_)) {
  if (errors_.empty()) throw std::invalid_argument("ExceptionGroup: a group needs at least one error");
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
