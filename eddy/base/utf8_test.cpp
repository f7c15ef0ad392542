// SPDX-License-Identifier: MIT
#include "eddy/base/utf8.h"

#include <gtest/gtest.h>

namespace eddy::detail {
namespace {

TEST(Utf8Test, WhatIsValidStays) {
  EXPECT_EQ(valid_utf8(""), "");
  EXPECT_EQ(valid_utf8("plain\n\x7f"), "plain\n\x7f");
  EXPECT_EQ(valid_utf8("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x8d"),
            "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x8d");
}

TEST(Utf8Test, EachByteThatIsNoneIsReplaced) {
  EXPECT_EQ(valid_utf8("a\xff"
                       "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(valid_utf8("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd");  // cut off
  EXPECT_EQ(valid_utf8("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");  // longer than it need be
  EXPECT_EQ(valid_utf8("\xed\xa0\x80").size(), 9U);               // a surrogate
  EXPECT_EQ(utf8_length("\xf4\x90\x80\x80"), 0U);                 // beyond the last
}

}  // namespace
}  // namespace eddy::detail
