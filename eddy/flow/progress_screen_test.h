// SPDX-License-Identifier: MIT
//
// A terminal for tests: understands what bars write to it, and says what is to be seen.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "eddy/flow/progress_output.h"

namespace eddy {

/// Every write counts as one frame. Columns are bytes, so for ASCII only.
class FakeScreen final : public ProgressOutput {
 public:
  explicit FakeScreen(int columns = 61, int rows = 24) {
    now.columns = columns;
    now.rows = rows;
    now.terminal = true;
  }

  ProgressScreen screen() noexcept override { return now; }
  void write(std::string_view text) noexcept override {
    ++frames;
    raw += text;
    while (!text.empty()) text.remove_prefix(obey(text));
  }

  /// What is to be seen, without blanks at the right.
  std::vector<std::string> lines() const {
    std::vector<std::string> seen = lines_;
    for (std::string& line : seen) line.erase(line.find_last_not_of(' ') + 1);
    while (!seen.empty() && seen.back().empty()) seen.pop_back();
    return seen;
  }
  std::string text() const {
    std::string all;
    for (const std::string& line : lines()) all += line + "\n";
    return all;
  }

  ProgressScreen now;
  int frames = 0;
  std::string raw;
  bool out_of_bounds = false;

 private:
  std::size_t obey(std::string_view text) {
    if (text[0] == '\x1b') return obey_sequence(text);
    if (text[0] == '\r') {
      column_ = 0;
    } else if (text[0] == '\n') {
      column_ = 0;
      line().resize(line().size());
      ++row_;
      line();
    } else {
      put(text[0]);
    }
    return 1;
  }

  std::size_t obey_sequence(std::string_view text) {
    const std::size_t end = text.find_first_of("ABJKm");
    const auto number = static_cast<std::size_t>(std::atoi(std::string(text.substr(2, end - 2)).c_str()));
    if (text[end] == 'A') {
      if (number > row_) out_of_bounds = true;
      row_ -= std::min(number, row_);
    } else if (text[end] == 'B') {
      row_ += number;
    } else if (text[end] == 'K') {
      line().resize(column_);
    } else if (text[end] == 'J') {
      line().resize(column_);
      lines_.resize(row_ + 1);
    }
    return end + 1;
  }

  void put(char c) {
    if (column_ >= static_cast<std::size_t>(now.columns)) out_of_bounds = true;
    if (line().size() <= column_) line().resize(column_ + 1, ' ');
    line()[column_++] = c;
  }

  std::string& line() {
    if (lines_.size() <= row_) lines_.resize(row_ + 1);
    return lines_[row_];
  }

  std::vector<std::string> lines_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
};

/// No terminal: a file.
class FakeFile final : public ProgressOutput {
 public:
  ProgressScreen screen() noexcept override { return {}; }
  void write(std::string_view text) noexcept override { written += text; }
  std::string written;
};

}  // namespace eddy
