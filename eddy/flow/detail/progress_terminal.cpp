// SPDX-License-Identifier: MIT
#include "eddy/flow/detail/progress_terminal.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "eddy/flow/detail/progress_board.h"
#include "eddy/flow/progress_print.h"
#include "eddy/sys/terminal.h"

namespace eddy {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// The locale's own functions answer for it only in programs that have called setlocale.
bool locale_is_unicode() {
  std::string locale = variable("LC_ALL");
  if (locale.empty()) locale = variable("LC_CTYPE");
  if (locale.empty()) locale = variable("LANG");
  std::transform(locale.begin(), locale.end(), locale.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

bool understands_control(const std::string& term) { return !term.empty() && term != "dumb"; }

class Descriptor final : public ProgressOutput {
 public:
  explicit Descriptor(int fd)
      : fd_(fd),
        terminal_(sys::is_terminal(fd) && understands_control(variable("TERM"))),
        unicode_(locale_is_unicode()),
        color_(terminal_ && variable("NO_COLOR").empty()) {}

  int fd() const noexcept { return fd_; }

  ProgressScreen screen() noexcept override {
    ProgressScreen screen;
    const sys::TerminalSize size = sys::terminal_size(fd_);
    if (size.columns > 0) screen.columns = size.columns;
    if (size.rows > 0) screen.rows = size.rows;
    screen.terminal = terminal_;
    screen.unicode = unicode_;
    screen.color = color_;
    return screen;
  }
  void write(std::string_view text) noexcept override { sys::write_text(fd_, text); }

 private:
  int fd_;
  bool terminal_;
  bool unicode_;
  bool color_;
};

struct Descriptors {
  std::mutex mutex;
  std::vector<std::unique_ptr<Descriptor>> all;
  int pauses = 0;
};

Descriptors& descriptors() {
  static auto* const leaked = new Descriptors;  // so that bars may be closed while the process ends
  return *leaked;
}

}  // namespace

ProgressOutput& detail::progress_terminal(int fd) {
  Descriptors& known = descriptors();
  const std::lock_guard lock(known.mutex);
  for (const auto& descriptor : known.all) {
    if (descriptor->fd() == fd) return *descriptor;
  }
  known.all.push_back(std::make_unique<Descriptor>(fd));
  if (known.pauses > 0) known.all.back()->board().pause();
  return *known.all.back();
}

ProgressPause::ProgressPause() noexcept {
  Descriptors& known = descriptors();
  const std::lock_guard lock(known.mutex);
  if (known.pauses++ > 0) return;
  for (const auto& descriptor : known.all) descriptor->board().pause();
}

ProgressPause::~ProgressPause() {
  Descriptors& known = descriptors();
  const std::lock_guard lock(known.mutex);
  if (--known.pauses > 0) return;
  for (const auto& descriptor : known.all) descriptor->board().resume();
}

void progress_print(std::string_view line, std::FILE* file) {
  const ProgressPause pause;
  std::fwrite(line.data(), 1, line.size(), file);
  if (line.empty() || line.back() != '\n') std::fputc('\n', file);
  std::fflush(file);
}

}  // namespace eddy
