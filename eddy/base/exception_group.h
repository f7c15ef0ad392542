// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace eddy {

/// Several errors thrown as one: what a task group throws, also when there is only one, so that callers write one
/// handler.
///
/// Python's `except*` is `handle<E>`: it picks out the errors that are an `E` (nested groups included), and
/// `rethrow_unhandled` throws what nobody picked:
///
///     catch (ExceptionGroup& eg) {
///       eg.handle<ValueError>([](const ValueError& e) { … })
///         .handle<IOError>([](const IOError& e) { … })
///         .rethrow_unhandled();
///     }
class ExceptionGroup : public std::exception {
 public:
  /// `errors` must not be empty: a group without an error would hide that there was none.
  ExceptionGroup(std::string message, std::vector<std::exception_ptr> errors);
  ExceptionGroup(const ExceptionGroup& other);
  ExceptionGroup& operator=(const ExceptionGroup&) = delete;
  ~ExceptionGroup() override;

  /// The message, the number of errors, and a line for each; nested groups are indented.
  const char* what() const noexcept override;
  const std::string& message() const noexcept { return message_; }
  const std::vector<std::exception_ptr>& exceptions() const noexcept { return errors_; }

  /// Calls `f` once for every error that is an `E` and was not handled before, in order; also for those in nested
  /// groups, which themselves are never handed out.
  template <class E, std::invocable<const E&> F>
  ExceptionGroup& handle(F&& f) {
    static_assert(!std::is_same_v<std::remove_cv_t<E>, ExceptionGroup>,
                  "eddy: nested groups are searched by themselves: handle the errors inside them");
    handle_in<E>(f);
    return *this;
  }

  /// True when every error was handled.
  bool handled() const noexcept;
  /// Throws a group of what was not handled, with the nesting kept; returns when nothing is left.
  void rethrow_unhandled() const;

 private:
  template <class E, class F>
  void handle_in(F& f) {
    for (std::size_t i = 0; i < errors_.size(); ++i) {
      if (handled_[i]) continue;
      try {
        std::rethrow_exception(errors_[i]);
      } catch (ExceptionGroup& nested) {
        nested.template handle_in<E>(f);
        handled_[i] = nested.handled();
      } catch (const E& error) {
        handled_[i] = true;
        f(error);
      } catch (...) {
      }
    }
  }

  std::string message_;
  std::vector<std::exception_ptr> errors_;
  std::vector<bool> handled_;
  mutable const std::string* text_ = nullptr;  ///< composed when first asked for, by any thread
};

}  // namespace eddy
