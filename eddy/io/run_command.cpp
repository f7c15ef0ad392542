// SPDX-License-Identifier: MIT
#include "eddy/io/run_command.h"

#include <algorithm>
#include <string_view>

#include "eddy/combine/with.h"
#include "eddy/io/process.h"
#include "eddy/sys/child.h"

namespace eddy {

namespace {

using To = detail::Redirect::To;

void capture(Command& command, bool has_input) {
  const detail::CommandSettings& settings = command.settings();
  if (settings.in.to == To::unsaid) has_input ? command.pipe_stdin() : command.null_stdin();
  if (settings.out.to == To::unsaid) command.pipe_stdout();
  if (settings.err.to == To::unsaid) command.pipe_stderr();
}

// The last lines, as far as they fit into a message.
std::string_view tail(std::string_view text) {
  constexpr std::size_t kMost = 500;
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  if (text.size() <= kMost) return text;
  text.remove_prefix(text.size() - kMost);
  const std::size_t line = text.find('\n');
  return line == text.npos ? text : text.substr(line + 1);
}

std::string failure(const CompletedProcess& process) {
  sys::ProcessEnd end;
  if (process.returncode < 0) end.signal = -process.returncode;
  end.exit_code = process.returncode;
  std::string message = "command " + process.command + " " + end.text();
  if (!process.err.empty()) message.append(": ").append(tail(process.err));
  return message;
}

}  // namespace

const CompletedProcess& CompletedProcess::check() const& {
  if (returncode != 0) throw CalledProcessError(failure(*this), command, returncode, err);
  return *this;
}

CompletedProcess CompletedProcess::check() && {
  check();
  return std::move(*this);
}

Task<CompletedProcess> run_command(Command command, std::string input) {
  capture(command, !input.empty());
  auto body = [&](Process& process) -> Task<CompletedProcess> {
    ProcessOutput output = co_await process.communicate(std::move(input));
    const int code = co_await process.wait();
    co_return CompletedProcess(command.to_string(), code, std::move(output.out), std::move(output.err));
  };
  co_return co_await with(create_subprocess_exec(command), body);
}

}  // namespace eddy
