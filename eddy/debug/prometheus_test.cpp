// SPDX-License-Identifier: MIT
#include "eddy/debug/prometheus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "eddy/debug/loop_monitor.h"
#include "eddy/test/test.h"
#include "eddy/time/sleep.h"

namespace eddy::debug {
namespace {

using Labels = std::map<std::string, std::string>;

/// A strict reader of the text format, version 0.0.4: throws what is wrong with a page.
class Page {
 public:
  explicit Page(const std::string& text) {
    if (!text.ends_with('\n')) throw std::string("the last line has no end");
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) read(line);
  }

  double value(const std::string& name, const Labels& labels) const {
    const auto found = samples_.find({name, labels});
    return found != samples_.end() ? found->second : -1;
  }
  const std::map<std::pair<std::string, Labels>, double>& samples() const { return samples_; }
  const std::map<std::string, std::string>& types() const { return types_; }

 private:
  void read(std::string_view line) {
    if (line.starts_with("# HELP ")) return read_help(line.substr(7));
    if (line.starts_with("# TYPE ")) return read_type(line.substr(7));
    read_sample(line);
  }

  void read_help(std::string_view line) {
    family_ = take_name(line);
    if (!line.starts_with(' ') || line.size() < 2) throw "HELP without a text: " + family_;
    if (!helped_.insert(family_).second) throw "HELP twice: " + family_;
  }

  void read_type(std::string_view line) {
    const std::string name = take_name(line);
    const std::string type(line.substr(1));
    if (name != family_) throw "TYPE of another family: " + name;
    if (!std::set<std::string>{"counter", "gauge", "histogram"}.contains(type)) throw "no type: " + type;
    if (!types_.emplace(name, type).second) throw "TYPE twice: " + name;
    if (type == "counter" && !name.ends_with("_total")) throw "a counter's name: " + name;
  }

  void read_sample(std::string_view line) {
    const std::string name = take_name(line);
    if (!belongs(name)) throw name + " does not belong to " + family_;
    Labels labels;
    if (line.starts_with('{')) labels = take_labels(line);
    if (!line.starts_with(' ')) throw "no value: " + name;
    line.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error != std::errc() || end != line.data() + line.size()) throw "no number: " + std::string(line);
    if (!samples_.emplace(std::pair(name, labels), value).second) throw "twice: " + name;
  }

  bool belongs(const std::string& name) const {
    if (!types_.contains(family_)) return false;
    if (types_.at(family_) != "histogram") return name == family_;
    return name == family_ + "_bucket" || name == family_ + "_sum" || name == family_ + "_count";
  }

  static std::string take_name(std::string_view& line) {
    std::size_t length = 0;
    while (length < line.size() && (std::isalnum(static_cast<unsigned char>(line[length])) || line[length] == '_'))
      ++length;
    if (length == 0 || std::isdigit(static_cast<unsigned char>(line[0]))) throw "no name: " + std::string(line);
    std::string name(line.substr(0, length));
    line.remove_prefix(length);
    return name;
  }

  static Labels take_labels(std::string_view& line) {
    Labels labels;
    while (line.starts_with('{') || line.starts_with(',')) {
      line.remove_prefix(1);
      const std::string name = take_name(line);
      if (!line.starts_with("=\"")) throw "no label value: " + name;
      line.remove_prefix(2);
      if (!labels.emplace(name, take_value(line)).second) throw "label twice: " + name;
    }
    if (!line.starts_with('}')) throw "labels without an end: " + std::string(line);
    line.remove_prefix(1);
    return labels;
  }

  static std::string take_value(std::string_view& line) {
    std::string value;
    while (!line.starts_with('"')) {
      if (line.empty()) throw std::string("a label value without an end");
      if (line[0] == '\\') {
        line.remove_prefix(1);
        if (line.empty() || std::string_view("\\\"n").find(line[0]) == std::string_view::npos)
          throw std::string("no escape");
        value += line[0] == 'n' ? '\n' : line[0];
      } else {
        value += line[0];
      }
      line.remove_prefix(1);
    }
    line.remove_prefix(1);
    return value;
  }

  std::string family_;
  std::set<std::string> helped_;
  std::map<std::string, std::string> types_;
  std::map<std::pair<std::string, Labels>, double> samples_;
};

Page read(const std::string& text) {
  try {
    return Page(text);
  } catch (const std::string& wrong) {
    ADD_FAILURE() << wrong << "\n" << text;
    return Page("\n" == text ? "" : "# HELP x x\n# TYPE x gauge\nx 1\n");
  }
}

TEST(PrometheusTest, TheReaderOfThisTestIsStrict) {
  for (const char* wrong : {"x 1\n", "# HELP x x\n# TYPE x gauge\nx 1", "# HELP x x\n# TYPE x gauge\nx{a=\"b} 1\n",
                            "# HELP x x\n# TYPE x gauge\nx one\n", "# HELP x x\n# TYPE x gauge\nx 1\nx 1\n",
                            "# HELP x x\n# TYPE x counter\nx 1\n", "# HELP x x\n# TYPE x gauge\nx{a=\"\\q\"} 1\n"}) {
    EXPECT_THROW(Page{wrong}, std::string) << wrong;
  }
}

LoopStats some_stats(const std::string& loop) {
  LoopStats stats;
  stats.loop = loop;
  stats.turns = 3;
  stats.busy = std::chrono::milliseconds(1500);
  stats.utilisation = 0.25;
  for (std::int64_t ms : {1, 20, 300}) stats.lag.record(ms * 1'000'000 / 2);
  stats.busiest.push_back({"a \"quoted\" \\ name\nwith a line", "f", "app.cpp:1", std::chrono::seconds(1), 5, 1});
  return stats;
}

TEST(PrometheusTest, NumbersAreThere) {
  const Page page = read(prometheus({some_stats("api")}));
  EXPECT_EQ(page.value("eddy_loop_turns_total", {{"loop", "api"}}), 3);
  EXPECT_EQ(page.value("eddy_loop_busy_seconds_total", {{"loop", "api"}}), 1.5);
  EXPECT_EQ(page.value("eddy_loop_utilisation", {{"loop", "api"}}), 0.25);
  EXPECT_EQ(page.types().at("eddy_loop_lag_seconds"), "histogram");
}

TEST(PrometheusTest, BucketsAreCumulativeAndEndInInfinity) {
  const Page page = read(prometheus({some_stats("api")}));
  const auto up_to = [&](const char* le) {
    return page.value("eddy_loop_lag_seconds_bucket", {{"loop", "api"}, {"le", le}});
  };
  EXPECT_EQ(up_to("0.0001"), 0);
  EXPECT_EQ(up_to("0.001"), 1);
  EXPECT_EQ(up_to("0.025"), 2);
  EXPECT_EQ(up_to("0.25"), 3);
  EXPECT_EQ(up_to("+Inf"), 3);
  EXPECT_EQ(page.value("eddy_loop_lag_seconds_count", {{"loop", "api"}}), 3);
  EXPECT_DOUBLE_EQ(page.value("eddy_loop_lag_seconds_sum", {{"loop", "api"}}), 0.1605);
}

TEST(PrometheusTest, LabelsAreEscaped) {
  const Page page = read(prometheus({some_stats("api")}));
  EXPECT_EQ(
      page.value(
          "eddy_task_busy_seconds_total",
          {{"loop", "api"}, {"task", "a \"quoted\" \\ name\nwith a line"}, {"function", "f"}, {"place", "app.cpp:1"}}),
      1);
}

TEST(PrometheusTest, LabelsAreUtf8) {
  const std::string page = prometheus({some_stats("\xff \xc3\xa4 \xe2\x82")});
  EXPECT_THAT(page, testing::HasSubstr("{loop=\"\xef\xbf\xbd \xc3\xa4 \xef\xbf\xbd\xef\xbf\xbd\"} 3\n"));
}

TEST(PrometheusTest, SeveralLoopsShareAPage) {
  const Page page = read(prometheus({some_stats("one"), some_stats("two")}));
  EXPECT_EQ(page.value("eddy_loop_turns_total", {{"loop", "one"}}), 3);
  EXPECT_EQ(page.value("eddy_loop_turns_total", {{"loop", "two"}}), 3);
}

TEST(PrometheusTest, LoopsOfOneNameAreNumbered) {
  LoopStats main;
  main.loop = "main";
  const Page page(prometheus({main, main, main}));
  EXPECT_EQ(page.value("eddy_loop_tasks", {{"loop", "main"}}), 0);
  EXPECT_EQ(page.value("eddy_loop_tasks", {{"loop", "main (2)"}}), 0);
  EXPECT_EQ(page.value("eddy_loop_tasks", {{"loop", "main (3)"}}), 0);
}

EDDY_TEST(PrometheusTest, AMonitorsPageIsWellFormed) {
  LoopMonitor monitor;
  monitor.set_name("test");
  for (int i = 0; i < 3; ++i) co_await sleep(std::chrono::milliseconds(1));
  const Page page = read(monitor.prometheus());
  EXPECT_EQ(page.value("eddy_loop_tasks", {{"loop", "test"}}), 1);
  EXPECT_EQ(page.value("eddy_loop_turn_seconds_count", {{"loop", "test"}}),
            page.value("eddy_loop_turns_total", {{"loop", "test"}}));
}

}  // namespace
}  // namespace eddy::debug
