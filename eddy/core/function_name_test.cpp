// SPDX-License-Identifier: MIT
#include "eddy/core/function_name.h"

#include <gtest/gtest.h>

namespace eddy::detail {
namespace {

TEST(ShortFunctionNameTest, DropsWhatCompilersAdd) {
  EXPECT_EQ(short_function_name("Task<int> eddy::(anonymous namespace)::inner(test::Sequencer &, int)"), "eddy::inner");
  EXPECT_EQ(short_function_name("Task<T> tmpl(T) [T = std::basic_string<char>]"), "tmpl");
  EXPECT_EQ(short_function_name("auto Net::run()::(anonymous class)::operator()(auto) const [q:auto = int]"),
            "Net::run::{lambda}");
  EXPECT_EQ(short_function_name("void eddy::{anonymous}::S::member(eddy::{anonymous}::S::member(int)::_ZN4.Frame*)"),
            "eddy::S::member");
  EXPECT_EQ(short_function_name("void f(f()::_Z.Frame*)::<lambda(auto:44)>::operator()(f(f()::_Z.Frame*)::<lambda("
                                "auto:44)>::_ZZ.Frame*)"),
            "f::{lambda}");
  EXPECT_EQ(short_function_name("main"), "main");
}

TEST(ShortPlaceTest, IsTheFileWithoutItsFolders) {
  const std::string place = short_place(std::source_location::current());
  EXPECT_EQ(place.substr(0, place.find(':')), "function_name_test.cpp");
}

}  // namespace
}  // namespace eddy::detail
