// SPDX-License-Identifier: MIT
#include "eddy/io/temporary.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "eddy/combine/outcome.h"
#include "eddy/combine/with.h"
#include "eddy/io/file_errors_test.h"
#include "eddy/io/file_system.h"
#include "eddy/io/test_directory_test.h"
#include "eddy/io/whole_file.h"
#include "eddy/test/test.h"

namespace eddy {
namespace {

EDDY_TEST(TemporaryFile, GoesWithItsObject) {
  std::string path;
  {
    TemporaryFile file = co_await open_temporary_file();
    path = file.path();
    co_await file.write("x");
    co_await file.seek(0);
    EXPECT_EQ(co_await file.read(), "x");
    EXPECT_EQ((co_await file_info(path)).permissions, 0600u);
    TemporaryFile moved = std::move(file);
    EXPECT_TRUE(co_await path_exists(path));
  }
  EXPECT_FALSE(co_await path_exists(path));
}

EDDY_TEST(TemporaryFile, IsWhereAndWhatItsOptionsSay) {
  TestDirectory dir;
  const auto options = TemporaryOptions{}.directory(dir.path()).prefix("data-").suffix(".csv");
  TemporaryFile file = co_await open_temporary_file(options);
  EXPECT_EQ(file.path().find(dir / "data-"), 0u);
  EXPECT_EQ(file.path().substr(file.path().size() - 4), ".csv");
  co_await file.aclose();
  co_await file.aclose();
  EXPECT_TRUE(dir.empty());
  const auto nowhere = TemporaryOptions{}.directory(dir / "none");
  expect_in("none", co_await message_of(open_temporary_file(nowhere), std::errc::no_such_file_or_directory));
}

EDDY_TEST(TemporaryFile, WithRemovesIt) {
  TestDirectory dir;
  const auto options = TemporaryOptions{}.directory(dir.path());
  co_await with(open_temporary_file(options), [&](TemporaryFile& file) -> Task<> {
    co_await file.write("x");
    EXPECT_FALSE(dir.empty());
  });
  EXPECT_TRUE(dir.empty());
}

EDDY_TEST(TemporaryFile, KeptItStays) {
  TestDirectory dir;
  const auto options = TemporaryOptions{}.directory(dir.path());
  std::string path;
  {
    TemporaryFile file = co_await open_temporary_file(options);
    co_await file.write("x");
    path = file.path();
    file.keep();
  }
  EXPECT_EQ(bytes_of(path), "x");
}

EDDY_TEST(TemporaryDirectory, GoesOnEveryWayOut) {
  TestDirectory dir;
  const auto options = TemporaryOptions{}.directory(dir.path());
  const auto fill = [](TemporaryDirectory& made) -> Task<> {
    co_await make_directories(made / "a/b");
    co_await write_text(made / "a/b/c", "x");
  };
  co_await with(make_temporary_directory(options), fill);
  EXPECT_TRUE(dir.empty());
  auto ended = co_await outcome(with(make_temporary_directory(options), [&](TemporaryDirectory& made) -> Task<> {
    co_await fill(made);
    throw std::runtime_error("no");
  }));
  EXPECT_THROW(ended.value(), std::runtime_error);
  EXPECT_TRUE(dir.empty());
  {
    TemporaryDirectory made = co_await make_temporary_directory(options);
    co_await fill(made);
    TemporaryDirectory moved;
    moved = std::move(made);
    EXPECT_EQ(bytes_of(moved / "a/b/c"), "x");
  }
  EXPECT_TRUE(dir.empty());
}

EDDY_TEST(TemporaryDirectory, KeptItStays) {
  TestDirectory dir;
  const auto options = TemporaryOptions{}.directory(dir.path());
  TemporaryDirectory made = co_await make_temporary_directory(options);
  made.keep();
  co_await made.aclose();
  EXPECT_FALSE(dir.empty());
}

}  // namespace
}  // namespace eddy
