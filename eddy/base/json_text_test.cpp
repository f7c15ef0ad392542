// SPDX-License-Identifier: MIT
#include "eddy/base/json_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace eddy::detail {
namespace {

std::string json(std::string_view text) {
  std::string out = "name:";
  append_json_string(out, text);
  return out.substr(5);
}

TEST(JsonTextTest, PlainTextIsQuotedAndAppended) {
  EXPECT_EQ(json(""), R"("")");
  EXPECT_EQ(json("fetch /users/7"), R"("fetch /users/7")");
}

TEST(JsonTextTest, WhatJsonForbidsIsEscaped) {
  EXPECT_EQ(json("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(json("1\n2\t3\r"), R"("1\n2\t3\r")");
  EXPECT_EQ(json(std::string_view("\0\x01\x1f\x7f", 4)), R"("\u0000\u0001\u001f\u007f")");
}

TEST(JsonTextTest, Utf8StaysAsItIs) { EXPECT_EQ(json("Müller €\xf0\x9f\x98\x80"), "\"Müller €\xf0\x9f\x98\x80\""); }

TEST(JsonTextTest, WhatIsNoUtf8IsReplaced) {
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(json("\xff"), "\"" + bad + "\"");
  EXPECT_EQ(json("a\xc3"), "\"a" + bad + "\"");                              // cut off
  EXPECT_EQ(json("\x80x"), "\"" + bad + "x\"");                              // continues nothing
  EXPECT_EQ(json("\xc0\xaf"), "\"" + bad + bad + "\"");                      // '/' made long
  EXPECT_EQ(json("\xed\xa0\x80"), "\"" + bad + bad + bad + "\"");            // half of a pair
  EXPECT_EQ(json("\xf4\x90\x80\x80"), "\"" + bad + bad + bad + bad + "\"");  // beyond the last character
}

}  // namespace
}  // namespace eddy::detail
