// SPDX-License-Identifier: MIT
#include "eddy/threads/detail/codec.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

namespace eddy::detail {
namespace {

using namespace std::chrono_literals;

template <class T>
T through(const T& value) {
  Encoder out;
  out(value);
  std::string bytes = out.take();
  Decoder in(bytes);
  T back{};
  in(back);
  return back;
}

template <class T>
void expect_same_one(const T& value) {
  EXPECT_TRUE(through(value) == value);
}
template <class... T>
void expect_same(const T&... values) {
  (expect_same_one(values), ...);
}

enum class Colour : std::uint8_t { red, green };

struct Point {
  int x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};

struct Job {
  std::string path;
  std::optional<int> limit;
  std::vector<Point> points;
  std::map<std::string, std::vector<int>> index;
  Point origin;
  bool urgent = false;
  bool operator==(const Job&) const = default;
};

class Account {
 public:
  Account() = default;
  Account(std::string owner, long cents) : owner_(std::move(owner)), cents_(cents) {}
  bool operator==(const Account&) const = default;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(owner_, cents_);
  }

 private:
  std::string owner_;
  long cents_ = 0;
};

struct Outside {
  explicit Outside(int n = 0) : number(n) {}
  int number;
};
template <class Archive>
void serialize(Archive& ar, Outside& object) {
  ar(object.number);
}

TEST(CodecTest, Scalars) {
  expect_same(0, -1, true, 'x', std::numeric_limits<std::uint64_t>::max(), 1.5, -0.25F, Colour::green);
}

TEST(CodecTest, StringsAndContainers) {
  expect_same(std::string(), std::string("a\0b", 3), std::vector<int>{1, 2, 3}, std::vector<bool>{true, false},
              std::vector<std::string>{"a", ""}, std::deque<int>{1, 2}, std::set<std::string>{"x", "y"},
              std::map<int, std::string>{{1, "one"}}, std::unordered_map<std::string, int>{{"a", 1}, {"b", 2}},
              std::array<int, 3>{1, 2, 3}, std::vector<std::vector<double>>{{1.5}, {}});
}

TEST(CodecTest, PairsTuplesOptionalsVariantsPointers) {
  using Either = std::variant<int, std::string>;
  expect_same(std::pair(1, std::string("x")), std::tuple(1, 2.5, 'c'), std::optional<int>(), std::optional(7),
              Either(5), Either("text"), std::optional<std::vector<int>>({1, 2}));
  EXPECT_EQ(*through(std::make_unique<int>(7)), 7);
  EXPECT_EQ(through(std::unique_ptr<int>()), nullptr);
}

TEST(CodecTest, TimesAndPaths) {
  expect_same(5ms, std::chrono::system_clock::time_point(3s), std::filesystem::path("/tmp/x"));
}

TEST(CodecTest, PlainStructsNeedNoHelp) {
  expect_same(Point{1, 2.5}, Job{"p", 3, {{1, 1.5}, {2, 2.5}}, {{"k", {1, 2}}}, {9, 9}, true}, std::monostate());
}

TEST(CodecTest, ClassesSayWhatTheyAreMadeOf) {
  expect_same(Account("ada", 12), std::vector<Account>{{"a", 1}, {"b", 2}});
  EXPECT_EQ(through(Outside(7)).number, 7);
}

TEST(CodecTest, ViewsLookIntoTheMessage) {
  Encoder out;
  std::vector<double> numbers{1.5, 2.5};
  out('x', std::span<const double>(numbers), std::string_view("text"));
  std::string bytes = out.take();
  Decoder in(bytes);
  char x = 0;
  std::span<const double> span;
  std::string_view text;
  in(x, span, text);
  EXPECT_EQ(x, 'x');
  EXPECT_TRUE(std::equal(span.begin(), span.end(), numbers.begin(), numbers.end()));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(span.data()) % alignof(double), 0u);
  EXPECT_EQ(text, "text");
  EXPECT_GE(text.data(), bytes.data());
}

TEST(CodecTest, AMessageThatIsCutShortIsAnErrorAtEveryLength) {
  Encoder out;
  out(Job{"p", 3, {{1, 1.5}}, {{"k", {1, 2}}}, {9, 9}, true});
  std::string bytes = out.take();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    std::string cut = bytes.substr(0, length);
    Decoder in(cut);
    Job job;
    EXPECT_THROW(in(job), RuntimeError) << length;
  }
}

TEST(CodecTest, ASizeBeyondTheMessageIsAnErrorAndAllocatesNothing) {
  Encoder out;
  out(std::numeric_limits<std::uint64_t>::max());
  std::string bytes = out.take();
  Decoder in(bytes);
  std::vector<double> numbers;
  EXPECT_THROW(in(numbers), RuntimeError);
}

}  // namespace
}  // namespace eddy::detail
