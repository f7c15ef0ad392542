// SPDX-License-Identifier: MIT
#include "eddy/net/address.h"

#include <string>

#include <gtest/gtest.h>

#include "eddy/base/error.h"

namespace eddy {
namespace {

TEST(Address, LiteralsReadAsTheyWereWritten) {
  EXPECT_EQ(Address::ip("127.0.0.1", 80).to_string(), "127.0.0.1:80");
  EXPECT_EQ(Address::ip("::1", 80).to_string(), "[::1]:80");
  EXPECT_EQ(Address::ip("2001:DB8:0:0::1", 0).host(), "2001:db8::1");
  EXPECT_EQ(Address::ip("fe80::1%lo", 1).host(), "fe80::1%lo");
  EXPECT_EQ(Address().to_string(), "nowhere");
}

TEST(Address, OtherTextIsRefusedByName) {
  for (const char* text :
       {"", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "::g", "1:2:3:4:5:6:7:8:9", "127.0.0.1 "}) {
    EXPECT_FALSE(Address::ip_or_nothing(text, 1)) << text;
    try {
      Address::ip(text, 1);
      ADD_FAILURE() << text;
    } catch (const RuntimeError& error) {
      EXPECT_NE(std::string(error.what()).find("\"" + std::string(text) + "\""), std::string::npos) << error.what();
    }
  }
  EXPECT_FALSE(Address::ip_or_nothing(std::string(1000, '1'), 1));
  EXPECT_FALSE(Address::ip_or_nothing(std::string("1.2.3.4\0x", 9), 1));
}

TEST(Address, ThePortCanBeChanged) {
  EXPECT_EQ(Address::ip("1.2.3.4", 5).with_port(65535).to_string(), "1.2.3.4:65535");
  EXPECT_EQ(Address::ip("::1", 5).with_port(6).to_string(), "[::1]:6");
  EXPECT_EQ(Address::unix_path("/a").with_port(6), Address::unix_path("/a"));
}

TEST(Address, UnixPathsAndAbstractNames) {
  EXPECT_EQ(Address::unix_path("/run/app.sock").to_string(), "unix:/run/app.sock");
  EXPECT_EQ(Address::unix_path("@app").to_string(), "unix:@app");
  EXPECT_EQ(Address::unix_path(std::string("\0app", 4)), Address::unix_path("@app"));
  EXPECT_TRUE(Address::unix_path("/a").is_unix());
  EXPECT_FALSE(Address::unix_path("/a").is_ip());
  EXPECT_EQ(Address::unix_path(std::string(107, 'x')).host(), std::string(107, 'x'));
  EXPECT_THROW(Address::unix_path(std::string(108, 'x')), RuntimeError);
  EXPECT_THROW(Address::unix_path(""), RuntimeError);
}

TEST(Address, EqualAndOrderedByWhatTheyAre) {
  EXPECT_EQ(Address::ip("1.2.3.4", 5), Address::ip("1.2.3.4", 5));
  EXPECT_NE(Address::ip("1.2.3.4", 5), Address::ip("1.2.3.4", 6));
  EXPECT_NE(Address::ip("1.2.3.4", 5), Address::ip("::1", 5));
  EXPECT_EQ(Address(), Address());
}

}  // namespace
}  // namespace eddy
