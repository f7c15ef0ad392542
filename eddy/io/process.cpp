// SPDX-License-Identifier: MIT
#include "eddy/io/process.h"

#include <cerrno>
#include <csignal>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "eddy/base/error.h"
#include "eddy/combine/gather.h"
#include "eddy/io/detail/child_state.h"
#include "eddy/io/pipe.h"

namespace eddy {

namespace detail {

/// What a Process and the tasks that use it share.
struct ProcessState {
  ProcessState() = default;
  ProcessState(const ProcessState&) = delete;
  ProcessState& operator=(const ProcessState&) = delete;
  ~ProcessState() { end(); }

  // The signal first: a child whose pipe breaks may take that for its reason to end.
  void end() noexcept {
    if (child) child->terminate();
    for (std::optional<Stream>* stream : {&in, &out, &err}) {
      if (*stream) (*stream)->close();
    }
  }

  std::string name;
  std::shared_ptr<ChildState> child;
  // As far as they are piped.
  std::optional<Stream> in;
  std::optional<Stream> out;
  std::optional<Stream> err;
};

namespace {

using ProcessRef = std::shared_ptr<ProcessState>;
using To = Redirect::To;

int open_descriptor(int fd) {
  sys::check(::fcntl(fd, F_GETFD), ("descriptor " + std::to_string(fd) + " for a child process").c_str());
  return fd;
}

/// One of the standard descriptors: what the child gets, and our end of a pipe.
class Channel {
 public:
  Channel(int number, const Redirect& redirect, const std::string& name) : number_(number) {
    switch (redirect.to) {
      case To::unsaid:
      case To::inherited:
        inherit();
        break;
      case To::pipe:
        make_pipe(name);
        break;
      case To::null:
        open("/dev/null", is_input() ? O_RDONLY : O_WRONLY);
        break;
      case To::file:
        open(redirect.path, is_input() ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC);
        break;
      case To::end_of_file:
        open(redirect.path, O_WRONLY | O_CREAT | O_APPEND);
        break;
      case To::descriptor:
        theirs_ = open_descriptor(redirect.fd);
        break;
      case To::its_stdout:
        break;
    }
  }

  [[nodiscard]] int theirs() const noexcept { return theirs_; }
  void be(const Channel& other) noexcept { theirs_ = other.theirs_; }
  [[nodiscard]] std::optional<Stream> stream(const std::string& name) {
    if (!ours_) return std::nullopt;
    return stream_from_pipe(std::move(ours_), name_for(name));
  }

 private:
  [[nodiscard]] bool is_input() const noexcept { return number_ == STDIN_FILENO; }

  [[nodiscard]] std::string name_for(const std::string& name) const {
    constexpr const char* kNames[] = {"the stdin of ", "the stdout of ", "the stderr of "};
    return kNames[number_] + name;
  }

  // What closes on exec is no standard descriptor, but took the place of one that is closed.
  void inherit() noexcept {
    const int flags = ::fcntl(number_, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) theirs_ = number_;
  }

  void make_pipe(const std::string& name) {
    int ends[2];
    sys::check(::pipe2(ends, O_CLOEXEC), ("a pipe for " + name_for(name)).c_str());
    ours_.reset(ends[is_input() ? 1 : 0]);
    opened_.reset(ends[is_input() ? 0 : 1]);
    theirs_ = opened_.get();
  }

  void open(const std::string& path, int flags) {
    constexpr int kMode = 0666;
    opened_ = sys::check_fd(::open(path.c_str(), flags | O_CLOEXEC, kMode), ("open " + path).c_str());
    theirs_ = opened_.get();
  }

  sys::Fd ours_;
  sys::Fd opened_;
  int theirs_ = -1;
  int number_;
};

sys::ChildPlan plan_for(const CommandSettings& settings) {
  sys::ChildPlan plan;
  plan.program = settings.words.front();
  plan.arguments = settings.words;
  plan.environment = settings.environment;
  plan.directory = settings.directory;
  plan.group = settings.group;
  return plan;
}

Process start_process(const Command& command) {
  const CommandSettings& settings = command.settings();
  auto process = std::make_shared<ProcessState>();
  process->name = command.to_string();
  Channel in(STDIN_FILENO, settings.in, process->name);
  Channel out(STDOUT_FILENO, settings.out, process->name);
  Channel err(STDERR_FILENO, settings.err, process->name);
  if (settings.err.to == To::its_stdout) err.be(out);

  sys::ChildPlan plan = plan_for(settings);
  plan.descriptors = {in.theirs(), out.theirs(), err.theirs()};
  for (const int fd : settings.passed) plan.descriptors.push_back(open_descriptor(fd));
  process->in = in.stream(process->name);
  process->out = out.stream(process->name);
  process->err = err.stream(process->name);
  process->child = ChildState::start(plan, settings.grace);
  return Process(std::move(process));
}

// A process that does not want (all of) its input is no error.
Task<> feed(std::optional<Stream>& stream, const std::string& input) {
  if (!stream || (input.empty() && !stream->is_open())) co_return;
  try {
    co_await stream->write(input);
  } catch (const std::system_error& error) {
    if (error.code().value() != EPIPE && error.code().value() != ECONNRESET) throw;
  }
  stream->close();
}

Task<> drain(std::optional<Stream>& stream, std::string& into) {
  if (stream) into = co_await stream->read_all();
}

Task<ProcessOutput> communicate(ProcessRef process, std::string input) {
  if (!process->in && !input.empty()) {
    throw RuntimeError("communicate(): the stdin of " + process->name + " is not piped; say Command(…).pipe_stdin()");
  }
  ProcessOutput output("", "");
  co_await gather(feed(process->in, input), drain(process->out, output.out), drain(process->err, output.err));
  co_await ChildWait(process->child);
  co_return output;
}

Task<> close_process(ProcessRef process) {
  process->end();
  co_await ChildWait(process->child);
}

Stream& piped(std::optional<Stream>& stream, const ProcessState& process, const std::string& which) {
  if (stream) return *stream;
  throw RuntimeError(which + "() of " + process.name + ": it is not piped; say Command(…).pipe_" + which + "()");
}

}  // namespace

}  // namespace detail

Process::Process(std::shared_ptr<detail::ProcessState> state) noexcept : state_(std::move(state)) {}
Process::Process(Process&& other) noexcept = default;
Process& Process::operator=(Process&& other) noexcept {
  Process old(std::move(state_));
  state_ = std::move(other.state_);
  return *this;
}
Process::~Process() {
  if (state_) state_->end();
}

detail::ProcessState& Process::state(const char* what) const {
  if (!state_)
    throw RuntimeError(std::string(what) + "() of a Process that is empty: it was moved from, or never started");
  return *state_;
}

int Process::pid() const { return state("pid").child->pid(); }
Stream& Process::stdin() const { return detail::piped(state("stdin").in, *state_, "stdin"); }
Stream& Process::stdout() const { return detail::piped(state("stdout").out, *state_, "stdout"); }
Stream& Process::stderr() const { return detail::piped(state("stderr").err, *state_, "stderr"); }

Task<ProcessOutput> Process::communicate(std::string input) {
  state("communicate");
  return detail::communicate(state_, std::move(input));
}

detail::ChildWait Process::wait() const { return detail::ChildWait(state("wait").child); }

std::optional<int> Process::returncode() const {
  const auto& end = state("returncode").child->end();
  return end ? std::optional(detail::returncode_of(*end)) : std::nullopt;
}

void Process::send_signal(int signo) {
  const int error = state("send_signal").child->send_signal(signo);
  if (error == 0 || error == ESRCH) return;
  sys::throw_error(("send signal " + std::to_string(signo) + " to " + state_->name).c_str(), error);
}

void Process::terminate() { send_signal(SIGTERM); }
void Process::kill() { send_signal(SIGKILL); }

Task<> Process::aclose() {
  state("aclose");
  return detail::close_process(state_);
}

Task<Process> create_subprocess_exec(Command command) { co_return detail::start_process(command); }

Task<Process> create_subprocess_shell(std::string line) {
  return create_subprocess_exec(Command::shell(std::move(line)));
}

}  // namespace eddy
