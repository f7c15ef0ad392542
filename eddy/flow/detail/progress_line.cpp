// SPDX-License-Identifier: MIT
#include "eddy/flow/detail/progress_line.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "eddy/flow/detail/text_width.h"

namespace eddy::detail {
namespace {

constexpr int kBarMin = 8;
constexpr int kLabelMin = 8;

template <class... A>
std::string formatted(const char* format, A... arguments) {
  char text[64];
  std::snprintf(text, sizeof text, format, arguments...);
  return text;
}

// --- numbers ---------------------------------------------------------------------------------------------------------

/// Three digits that matter, and what they are to be multiplied by.
std::string scaled(double value, ProgressScale scale) {
  const bool binary = scale == ProgressScale::kBinary;
  const double step = binary ? 1024 : 1000;
  const char* prefixes = " kMGTPE";
  // What would be rounded up to 1000 is shown as 1.00 of the next.
  while (value >= 999.5 && prefixes[1] != '\0') {
    value /= step;
    ++prefixes;
  }
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::string text = formatted("%.*f", decimals, value);
  if (*prefixes == ' ') return text;
  text += binary && *prefixes == 'k' ? 'K' : *prefixes;
  if (binary) text += 'i';
  return text;
}

std::string count_text(std::size_t count, ProgressScale scale) {
  if (scale == ProgressScale::kNone || count < 1000) return std::to_string(count);
  return scaled(static_cast<double>(count), scale);
}

std::string time_text(Duration time) {
  const std::int64_t seconds = std::max<std::int64_t>(0, time.count() / 1'000'000'000);
  const std::int64_t minutes = seconds / 60;
  const auto second = static_cast<int>(seconds % 60);
  if (minutes < 60) return formatted("%02d:%02d", static_cast<int>(minutes), second);
  return formatted("%lld:%02d:%02d", static_cast<long long>(minutes / 60), static_cast<int>(minutes % 60), second);
}

/// Below one a second the seconds for one say more.
std::string rate_text(const ProgressState& state) {
  if (!state.rate || *state.rate <= 0) return "?" + state.unit + "/s";
  if (*state.rate < 1) return formatted("%.2f", 1 / *state.rate) + "s/" + state.unit;
  if (state.scale == ProgressScale::kNone) return formatted("%.2f", *state.rate) + state.unit + "/s";
  return scaled(*state.rate, state.scale) + state.unit + "/s";
}

/// The total, unless it turned out to be wrong.
std::optional<std::size_t> believable_total(const ProgressState& state) {
  return state.total && state.done <= *state.total ? state.total : std::nullopt;
}

/// Rounded down: 100 % is all of it.
int percent_of(const ProgressState& state) {
  if (*state.total == 0) return 100;
  return static_cast<int>(static_cast<unsigned __int128>(state.done) * 100 /
                          *state.total);  // 0.29 * 100 is less than 29
}

std::string eta_text(const ProgressState& state) {
  if (!state.rate || *state.rate <= 0) return "?";
  const double seconds = static_cast<double>(*state.total - state.done) / *state.rate;
  return time_text(Duration(to_nanos(std::chrono::duration<double>(seconds))));
}

// --- the parts -------------------------------------------------------------------------------------------------------

/// How much is said behind the bar, from most to least.
enum class Detail { kAll, kNoPostfix, kNoRate, kCount, kNothing };
constexpr Detail kDetails[] = {Detail::kAll, Detail::kNoPostfix, Detail::kNoRate, Detail::kCount, Detail::kNothing};

std::string counts(const ProgressState& state) {
  if (!believable_total(state)) return count_text(state.done, state.scale) + state.unit;
  return count_text(state.done, state.scale) + "/" + count_text(*state.total, state.scale);
}

std::string details(const ProgressState& state, Detail detail) {
  if (detail == Detail::kNothing) return "";
  std::string text = counts(state);
  if (detail == Detail::kCount) return text;
  text += " [" + time_text(state.elapsed);
  if (believable_total(state) && !state.ended) text += "<" + eta_text(state);
  if (detail != Detail::kNoRate) text += ", " + rate_text(state);
  if (detail == Detail::kAll && !state.postfix.empty()) text += ", " + state.postfix;
  return text + "]";
}

std::string label_text(const ProgressState& state, int columns, bool unicode) {
  if (state.label.empty()) return "";
  return shortened(state.label, std::max(kLabelMin, columns * 2 / 5), unicode) + ": ";
}

const char* color_of(const ProgressState& state) {
  if (state.done == *state.total) return "\x1b[32m";  // green
  return state.ended ? "\x1b[31m" : "\x1b[36m";       // red, cyan
}

std::string bar(const ProgressState& state, int columns, const ProgressScreen& screen) {
  constexpr std::string_view kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double part = *state.total == 0 ? 1 : static_cast<double>(state.done) / static_cast<double>(*state.total);
  const auto eighths = static_cast<int>(part * columns * 8);
  std::string filled;
  for (int i = 0; i < eighths / 8; ++i) filled += screen.unicode ? "█" : "#";
  if (screen.unicode) filled += kEighths[eighths % 8];
  const std::string rest(static_cast<std::size_t>(columns - text_width(filled)), ' ');
  if (!screen.color || !state.color) return "|" + filled + rest + "|";
  return std::string("|").append(color_of(state)).append(filled).append("\x1b[0m").append(rest).append("|");
}

std::string spaced(std::string text) { return text.empty() ? text : " " + text; }

/// The first line of them that fits; else the last, cut off.
std::string without_bar(const ProgressState& state, const std::string& head, int columns, bool unicode) {
  std::string line;
  for (Detail detail : kDetails) {
    line = head + spaced(details(state, detail));
    if (head.empty()) line = details(state, detail == Detail::kNothing ? Detail::kCount : detail);
    if (text_width(line) <= columns) return line;
  }
  return shortened(line, columns, unicode);
}

std::string label_alone(std::string label) {
  if (!label.empty()) label.pop_back();  // the space, which stands before what follows
  return label;
}

int columns_for(const ProgressState& state, const ProgressScreen& screen) {
  const int all = std::max(1, screen.columns - 1);  // in the last column terminals differ
  return state.width > 0 ? std::min(state.width, all) : all;
}

}  // namespace

std::string progress_bar_line(const ProgressState& state, const ProgressScreen& screen) {
  const int columns = columns_for(state, screen);
  const std::string label = label_text(state, columns, screen.unicode);
  if (!believable_total(state)) return without_bar(state, label_alone(label), columns, screen.unicode);
  const std::string head = label + formatted("%3d%%", percent_of(state));
  for (Detail detail : kDetails) {
    const std::string tail = spaced(details(state, detail));
    const int room = columns - text_width(head) - text_width(tail) - 2;
    if (room >= kBarMin) return std::string(head).append(bar(state, room, screen)).append(tail);
  }
  return without_bar(state, head, columns, screen.unicode);
}

std::string progress_plain_line(const ProgressState& state) {
  std::string line = state.label.empty() ? "" : state.label + ": ";
  if (believable_total(state)) line += formatted("%d%% ", percent_of(state));
  return line + details(state, Detail::kAll);
}

}  // namespace eddy::detail
