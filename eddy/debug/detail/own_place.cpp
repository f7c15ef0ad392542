// SPDX-License-Identifier: MIT
#include "eddy/debug/detail/own_place.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "eddy/debug/detail/native_stack.h"
#include "eddy/debug/detail/stack_walk.h"

namespace eddy::debug::detail {
namespace {

using Stack = std::array<std::uintptr_t, 32>;

constexpr std::size_t kPlacesMax = 100;
/// The loop stands still meanwhile.
constexpr auto kPatience = std::chrono::milliseconds(50);

bool is_eddys(const NativeFrame& frame) noexcept {
  return std::ranges::any_of(std::array<std::string_view, 3>{"eddy::Task::", "eddy::detail::", "eddy::debug::detail::"},
                             [&](std::string_view start) { return frame.function.starts_with(start); });
}

std::string place_of(const Stack& stack, const StackWalk& walk) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  const auto patient = [&] { return std::chrono::steady_clock::now() < end; };
  const std::vector code(stack.begin(), stack.begin() + static_cast<std::ptrdiff_t>(walk.count));
  std::vector<NativeFrame> frames = native_frames(code, walk.left_out, patient);
  const auto own =
      std::ranges::find_if_not(frames, [](const NativeFrame& frame) { return frame.foreign || is_eddys(frame); });
  frames.erase(frames.begin(), own);
  return place_text(frames);
}

}  // namespace

std::string own_place() {
  thread_local std::map<Stack, std::string> known;
  Stack stack{};
  const StackWalk walk = walk_stack(nullptr, stack);
  if (const auto place = known.find(stack); place != known.end()) return place->second;
  if (known.size() == kPlacesMax) return {};
  return known[stack] = place_of(stack, walk);
}

}  // namespace eddy::debug::detail
