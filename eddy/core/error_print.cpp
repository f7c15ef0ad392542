// SPDX-License-Identifier: MIT
#include "eddy/core/error_print.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string_view>

#include "eddy/base/error.h"
#include "eddy/core/traceback.h"
#include "eddy/sys/terminal.h"

namespace eddy::detail {
namespace {

constexpr const char* kBold = "\x1b[1m";
constexpr const char* kRed = "\x1b[31m";
constexpr const char* kYellow = "\x1b[33m";
constexpr const char* kPlain = "\x1b[0m";

constinit std::atomic<PrintWatch> print_watch{nullptr};

std::string details(const ErrorContext& context) {
  if (!context.exception) return "\n";
  return ": " + describe(context.exception) + "\n" + trail_lines(context.exception);
}

std::string coloured_text(const ErrorContext& context) {
  std::string text;
  if (context.where.line() > 0) {
    text = kBold + std::string(context.where.file_name()) + ":" + std::to_string(context.where.line()) + kPlain + ": ";
  }
  const std::string::size_type line_end = context.message.find('\n');
  text += (context.exception ? kRed : kYellow) + ("eddy: " + context.message.substr(0, line_end)) + kPlain;
  if (line_end != std::string::npos) text += context.message.substr(line_end);
  return text + details(context);
}

bool wants_colours() noexcept {
  const char* refused = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal && std::string_view(terminal) == "dumb";
  return (!refused || !*refused) && !dumb && sys::is_terminal(STDERR_FILENO);
}

}  // namespace

std::string error_text(const ErrorContext& context, bool coloured) {
  return coloured ? coloured_text(context) : "eddy: " + context.message + details(context);
}

void print_error(const ErrorContext& context, bool debug) noexcept {
  sys::write_text(STDERR_FILENO, error_text(context, debug && wants_colours()));
  if (PrintWatch watch = print_watch.load(std::memory_order_acquire)) watch(context);
}

PrintWatch watch_printed_errors(PrintWatch watch) noexcept {
  return print_watch.exchange(watch, std::memory_order_acq_rel);
}

}  // namespace eddy::detail
