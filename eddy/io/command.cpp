// SPDX-License-Identifier: MIT
#include "eddy/io/command.h"

#include <iterator>
#include <string_view>

#include "eddy/base/error.h"

namespace eddy {

namespace {

bool needs_quotes(std::string_view word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
  return word.empty() || word.find_first_not_of(kPlain) != word.npos;
}

void append_quoted(std::string& line, std::string_view word) {
  if (!needs_quotes(word)) {
    line += word;
    return;
  }
  line += '\'';
  for (const char c : word) {
    if (c == '\'') line += "'\\'";
    line += c;
  }
  line += '\'';
}

}  // namespace

Command::Command(std::vector<std::string> words) {
  if (words.empty()) throw RuntimeError("Command: the list is empty; its first word is the program");
  settings_.words = std::move(words);
}

Command Command::shell(std::string line) { return Command("/bin/sh", "-c", std::move(line)); }

Command& Command::arg(std::string word) {
  settings_.words.push_back(std::move(word));
  return *this;
}

Command& Command::args(std::vector<std::string> words) {
  for (std::string& word : words) settings_.words.push_back(std::move(word));
  return *this;
}

Command& Command::cwd(std::string directory) {
  settings_.directory = std::move(directory);
  return *this;
}

std::vector<std::string>& Command::own_environment() {
  if (!settings_.environment) settings_.environment = sys::current_environment();
  return *settings_.environment;
}

Command& Command::env(const std::string& name, const std::string& value) {
  if (name.empty() || name.find('=') != name.npos) {
    throw RuntimeError("Command::env(): '" + name + "' cannot be the name of a variable");
  }
  unset_env(name);
  own_environment().push_back(name + "=" + value);
  return *this;
}

Command& Command::unset_env(const std::string& name) {
  std::erase_if(own_environment(), [&](const std::string& entry) { return entry.starts_with(name + "="); });
  return *this;
}

Command& Command::clear_env() {
  settings_.environment.emplace();
  return *this;
}

Command& Command::pass_fd(int fd) {
  settings_.passed.push_back(fd);
  return *this;
}

Command& Command::new_process_group() {
  settings_.group = sys::ChildPlan::Group::own_group;
  return *this;
}

Command& Command::new_session() {
  settings_.group = sys::ChildPlan::Group::own_session;
  return *this;
}

Command& Command::kill_grace(std::chrono::nanoseconds grace) {
  settings_.grace = grace;
  return *this;
}

std::string Command::to_string() const {
  std::string line;
  for (const std::string& word : settings_.words) {
    if (!line.empty()) line += ' ';
    append_quoted(line, word);
  }
  return line;
}

}  // namespace eddy
