// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eddy/core/time_point.h"
#include "eddy/sys/child.h"

namespace eddy {

namespace detail {

/// Where one of the standard descriptors of a child goes.
struct Redirect {
  enum class To : std::uint8_t { unsaid, inherited, pipe, null, file, end_of_file, descriptor, its_stdout };
  Redirect(To where = To::unsaid) noexcept : to(where) {}
  Redirect(To where, std::string file) noexcept : to(where), path(std::move(file)) {}
  explicit Redirect(int descriptor) noexcept : to(To::descriptor), fd(descriptor) {}
  To to;
  int fd = -1;
  std::string path;
};

struct CommandSettings {
  CommandSettings() = default;
  std::vector<std::string> words;
  std::string directory;
  std::optional<std::vector<std::string>> environment;
  Redirect in;
  Redirect out;
  Redirect err;
  std::vector<int> passed;
  sys::ChildPlan::Group group = sys::ChildPlan::Group::ours;
  std::chrono::nanoseconds grace = std::chrono::seconds(5);
};

}  // namespace detail

/// A program with its arguments, and how it shall be started: `Command("ls", "-l").cwd("/tmp").pipe_stdout()`. The
/// keyword arguments of asyncio's create_subprocess_exec.
///
/// The child gets our standard descriptors, environment and directory, unless told otherwise, and no other descriptor.
/// A value: copy it, start it any number of times. No shell is involved, so nothing needs quoting; for one see
/// `Command::shell`.
class Command {
 public:
  /// The program, looked for in the child's PATH unless it has a slash, and its arguments: strings and paths.
  template <class... Words>
    requires(sizeof...(Words) > 0 && (std::constructible_from<std::string, Words> && ...))
  explicit Command(Words&&... words) {
    (settings_.words.emplace_back(std::forward<Words>(words)), ...);
  }
  /// The same in a list, which must not be empty.
  explicit Command(std::vector<std::string> words);
  /// A line for /bin/sh. Whoever puts words of others into it must quote them: better pass these as arguments.
  static Command shell(std::string line);

  Command& arg(std::string word);
  Command& args(std::vector<std::string> words);

  /// Where it starts. A program given as a relative path is looked for there, too.
  Command& cwd(std::string directory);
  Command& env(const std::string& name, const std::string& value);
  Command& unset_env(const std::string& name);
  /// It gets only the variables that are set from here on.
  Command& clear_env();

  /// A stream for us: `process.stdin()`, `stdout()`, `stderr()`.
  Command& pipe_stdin() { return set(settings_.in, Redirect::To::pipe); }
  Command& pipe_stdout() { return set(settings_.out, Redirect::To::pipe); }
  Command& pipe_stderr() { return set(settings_.err, Redirect::To::pipe); }
  /// /dev/null.
  Command& null_stdin() { return set(settings_.in, Redirect::To::null); }
  Command& null_stdout() { return set(settings_.out, Redirect::To::null); }
  Command& null_stderr() { return set(settings_.err, Redirect::To::null); }
  /// Ours: the default, but for `run_command`.
  Command& inherit_stdin() { return set(settings_.in, Redirect::To::inherited); }
  Command& inherit_stdout() { return set(settings_.out, Redirect::To::inherited); }
  Command& inherit_stderr() { return set(settings_.err, Redirect::To::inherited); }
  /// A file, made or emptied for output when the child starts; or a descriptor, which stays yours, and open until then.
  /// (Not a stream's: those are non-blocking, which few programs expect.)
  Command& stdin_from(std::string path) { return set(settings_.in, {Redirect::To::file, std::move(path)}); }
  Command& stdout_to(std::string path) { return set(settings_.out, {Redirect::To::file, std::move(path)}); }
  Command& stderr_to(std::string path) { return set(settings_.err, {Redirect::To::file, std::move(path)}); }
  Command& stdin_from(int fd) { return set(settings_.in, Redirect(fd)); }
  Command& stdout_to(int fd) { return set(settings_.out, Redirect(fd)); }
  Command& stderr_to(int fd) { return set(settings_.err, Redirect(fd)); }
  /// Behind what the file has.
  Command& stdout_append_to(std::string path) {
    return set(settings_.out, {Redirect::To::end_of_file, std::move(path)});
  }
  Command& stderr_append_to(std::string path) {
    return set(settings_.err, {Redirect::To::end_of_file, std::move(path)});
  }
  /// Both in one: the shell's `2>&1`.
  Command& stderr_to_stdout() { return set(settings_.err, Redirect::To::its_stdout); }
  /// One more descriptor for the child, where it is 3, the next one 4, and so on. Stays yours, and open until then.
  Command& pass_fd(int fd);

  /// A process group (a session) of its own: Ctrl-C does not reach it, and signals of ours reach all of the group.
  Command& new_process_group();
  Command& new_session();
  /// How long it has from the SIGTERM to the SIGKILL when its Process is closed or destroyed: 5 s unless set.
  Command& kill_grace(std::chrono::nanoseconds grace);

  /// As one would type it, for messages.
  [[nodiscard]] std::string to_string() const;
  /// Advanced: what was set.
  [[nodiscard]] const detail::CommandSettings& settings() const noexcept { return settings_; }

 private:
  using Redirect = detail::Redirect;
  Command& set(Redirect& which, Redirect to) {
    which = std::move(to);
    return *this;
  }
  std::vector<std::string>& own_environment();

  detail::CommandSettings settings_;
};

}  // namespace eddy
