// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy::debug::test_detail {

/// A strict reader of JSON: throws a text that says what is wrong.
struct Json {
  std::string text;  ///< a string's, a number's
  std::map<std::string, Json> members;
  std::vector<Json> items;

  static Json parse(std::string_view all) {
    Json json = value(all);
    space(all);
    if (!all.empty()) throw std::string("something behind the end: ") + std::string(all.substr(0, 20));
    return json;
  }
  std::string operator[](const std::string& name) const {
    const auto found = members.find(name);
    return found != members.end() ? found->second.text : std::string();
  }

 private:
  static void space(std::string_view& in) {
    while (!in.empty() && (in[0] == ' ' || in[0] == '\n')) in.remove_prefix(1);
  }
  static bool take(std::string_view& in, char c) {
    space(in);
    if (in.empty() || in[0] != c) return false;
    in.remove_prefix(1);
    return true;
  }
  static void need(std::string_view& in, char c) {
    if (!take(in, c)) throw std::string("no '") + c + "' before: " + std::string(in.substr(0, 40));
  }
  static std::string string(std::string_view& in) {
    need(in, '"');
    std::string text;
    for (; !in.starts_with('"'); in.remove_prefix(1)) {
      if (in.empty() || static_cast<unsigned char>(in[0]) < 0x20) throw std::string("a string without an end");
      if (in[0] == '\\') {
        in.remove_prefix(1);
        if (in.empty() || std::string_view("\"\\/bfnrtu").find(in[0]) == std::string_view::npos)
          throw std::string("no escape");
      }
      text += in[0];
    }
    in.remove_prefix(1);
    return text;
  }
  static Json value(std::string_view& in) {
    Json json;
    space(in);
    if (in.starts_with('"')) {
      json.text = string(in);
    } else if (take(in, '{')) {
      while (!take(in, '}')) {
        if (!json.members.empty()) need(in, ',');
        const std::string name = string(in);
        need(in, ':');
        if (!json.members.emplace(name, value(in)).second) throw "twice: " + name;
      }
    } else if (take(in, '[')) {
      while (!take(in, ']')) {
        if (!json.items.empty()) need(in, ',');
        json.items.push_back(value(in));
      }
    } else {
      const std::size_t length = std::min(in.find_first_not_of("-0123456789.e"), in.size());
      if (length == 0) throw "no value: " + std::string(in.substr(0, 40));
      json.text = in.substr(0, length);
      in.remove_prefix(length);
    }
    return json;
  }
};

/// A trace as a viewer sees it.
class TraceFile {
 public:
  struct Event {
    std::string phase, name, category;
    std::pair<int, int> track;
    std::int64_t at = 0, end = 0;  ///< nanoseconds
    std::string id;
    Json args;
  };

  explicit TraceFile(const std::string& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    bytes = text.str().size();
    for (const Json& item : Json::parse(text.str()).items) events.push_back(event(item));
  }

  std::size_t count(std::string_view phase, std::string_view name) const {
    std::size_t count = 0;
    for (const Event& event : events) count += event.phase == phase && event.name == name ? 1 : 0;
    return count;
  }
  const Event* find(std::string_view phase, std::string_view name) const {
    for (const Event& event : events) {
      if (event.phase == phase && event.name == name) return &event;
    }
    return nullptr;
  }
  /// The tasks' lives of that name.
  std::vector<Event> lives(std::string_view name) const {
    std::vector<Event> found;
    for (const Event& event : events) {
      if (event.category == "task" && event.name == name) found.push_back(event);
    }
    return found;
  }
  std::string track_name(std::pair<int, int> track) const {
    for (const Event& event : events) {
      if (event.phase == "M" && event.name == "thread_name" && event.track == track) return event.args["name"];
    }
    return {};
  }

  /// What no viewer would be happy with; empty when all is well.
  std::string complaints() const {
    std::string all;
    std::map<std::pair<int, int>, std::vector<Event>> slices;
    for (const Event& event : events) {
      if (event.at < 0 || event.end < event.at) all += "a time before the beginning: " + event.name + "\n";
      if (event.phase != "M" && event.phase != "C" && track_names().count(event.track) == 0)
        all += "a track without a name\n";
      if (event.phase == "X") slices[event.track].push_back(event);
    }
    for (auto& [track, own] : slices) all += nests(own);
    return all + arrows_fit(slices);
  }

  std::vector<Event> events;
  std::size_t bytes = 0;

 private:
  using Slices = std::map<std::pair<int, int>, std::vector<Event>>;

  static Event event(const Json& json) {
    for (const char* name : {"ph", "name", "pid", "tid", "ts"}) {
      if (json[name].empty()) throw std::string("an event without ") + name;
    }
    Event event;
    event.phase = json["ph"];
    event.name = json["name"];
    event.category = json["cat"];
    event.track = {std::atoi(json["pid"].c_str()), std::atoi(json["tid"].c_str())};
    event.at = nanos(json["ts"]);
    event.end = event.at + (event.phase == "X" ? nanos(json["dur"]) : 0);
    event.id = json["id"];
    if (json.members.contains("args")) event.args = json.members.at("args");
    return event;
  }
  static std::int64_t nanos(const std::string& micros) {
    return std::llround(std::strtod(micros.c_str(), nullptr) * 1000);
  }

  std::map<std::pair<int, int>, std::string> track_names() const {
    std::map<std::pair<int, int>, std::string> names;
    for (const Event& event : events) {
      if (event.phase == "M" && event.name == "thread_name") names[event.track] = event.args["name"];
    }
    return names;
  }

  /// In the file by their ends; each within the one that it begins in.
  static std::string nests(std::vector<Event> slices) {
    std::string all;
    for (std::size_t i = 1; i < slices.size(); ++i) {
      if (slices[i].end < slices[i - 1].end) all += "written too late: " + slices[i - 1].name + "\n";
    }
    std::sort(slices.begin(), slices.end(),
              [](const Event& a, const Event& b) { return a.at != b.at ? a.at < b.at : a.end > b.end; });
    std::vector<Event> open;
    for (const Event& slice : slices) {
      while (!open.empty() && open.back().end <= slice.at) open.pop_back();
      if (!open.empty() && slice.end > open.back().end) {
        all += slice.name + " [" + std::to_string(slice.at) + ", " + std::to_string(slice.end) + "] leaves " +
               open.back().name + " [" + std::to_string(open.back().at) + ", " + std::to_string(open.back().end) +
               "]\n";
      }
      open.push_back(slice);
    }
    return all;
  }

  std::string arrows_fit(const Slices& slices) const {
    std::string all;
    std::map<std::string, int> ends;
    for (const Event& event : events) {
      if (event.phase != "s" && event.phase != "f") continue;
      ends[event.id] += event.phase == "s" ? 1 : 100;
      bool inside = false;
      if (slices.contains(event.track)) {
        for (const Event& slice : slices.at(event.track))
          inside = inside || (slice.at <= event.at && event.at <= slice.end);
      }
      if (!inside) all += "an arrow to nowhere: " + event.id + "\n";
    }
    for (const auto& [id, count] : ends) {
      if (count != 101) all += "half an arrow: " + id + "\n";
    }
    return all;
  }
};

}  // namespace eddy::debug::test_detail
