// SPDX-License-Identifier: MIT
#include "eddy/io/process.h"

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eddy/base/error.h"
#include "eddy/base/scope_guard.h"
#include "eddy/combine/outcome.h"
#include "eddy/combine/task_group.h"
#include "eddy/io/pipe.h"
#include "eddy/io/stream_error.h"
#include "eddy/test/test.h"

namespace eddy {
namespace {

/// A folder that is removed with all that is in it.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "eddy-process-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Task<ProcessOutput> output_of(Command command, std::string input = {}) {
  Process process = co_await create_subprocess_exec(command.pipe_stdout().pipe_stderr());
  ProcessOutput output = co_await process.communicate(std::move(input));
  EXPECT_EQ(process.returncode(), 0) << output.err;
  co_return output;
}

// The message of the error that starting a command ends in.
Task<std::string> refusal(Command command, std::errc expected) {
  auto ended = co_await outcome(create_subprocess_exec(std::move(command)));
  try {
    Process process = std::move(ended).value();
    ADD_FAILURE() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), expected) << error.what();
    co_return error.what();
  }
  co_return "";
}

EDDY_TEST(Process, TellsItsExitCode) {
  Process zero = co_await create_subprocess_exec("true");
  EXPECT_EQ(co_await zero.wait(), 0);
  Process seven = co_await create_subprocess_shell("exit 7");
  EXPECT_GT(seven.pid(), 0);
  EXPECT_EQ(co_await seven.wait(), 7);
  EXPECT_EQ(co_await seven.wait(), 7);
  EXPECT_EQ(seven.returncode(), 7);
}

EDDY_TEST(Process, TellsTheSignalThatKilledIt) {
  Process process = co_await create_subprocess_shell("kill -USR1 $$");
  EXPECT_EQ(co_await process.wait(), -SIGUSR1);
}

EDDY_TEST(Process, HasNoReturncodeWhileItRuns) {
  Process process = co_await create_subprocess_exec(Command("cat").pipe_stdin());
  EXPECT_EQ(process.returncode(), std::nullopt);
  process.stdin().close();
  EXPECT_EQ(co_await process.wait(), 0);
}

EDDY_TEST(Process, AsTheTourHasIt) {
  auto proc =  // shapes: ok — Command has a constructor
      co_await eddy::create_subprocess_exec(eddy::Command{"echo", "hello"}.pipe_stdout());
  auto [out, err] = co_await proc.communicate();
  int code = co_await proc.wait();
  EXPECT_EQ(out, "hello\n");
  EXPECT_EQ(err, "");
  EXPECT_EQ(code, 0);
}

EDDY_TEST(Process, StreamsInBothDirections) {
  Process process = co_await create_subprocess_exec(Command("cat").pipe_stdin().pipe_stdout());
  co_await process.stdin().write("one\n");
  EXPECT_EQ(co_await process.stdout().read_line(), "one\n");
  co_await process.stdin().write("two\n");
  EXPECT_EQ(co_await process.stdout().read_line(), "two\n");
  co_await process.stdin().write_eof();
  EXPECT_EQ(co_await process.stdout().read_all(), "");
  EXPECT_EQ(co_await process.wait(), 0);
}

EDDY_TEST(Process, CommunicateMovesMegabytesBothWays) {
  std::string much(3'000'000, 'x');
  for (std::size_t i = 0; i < much.size(); i += 1000) much[i] = static_cast<char>('a' + i / 1000 % 26);
  const Command both = Command::shell("tee /dev/stderr").pipe_stdin();
  auto [out, err] = co_await output_of(both, much);
  EXPECT_TRUE(out == much);
  EXPECT_TRUE(err == much);
}

EDDY_TEST(Process, CommunicateDoesNotMindAChildThatWantsNoInput) {
  const std::string much(3'000'000, 'x');
  Process process = co_await create_subprocess_exec(Command::shell("exec <&-; echo done").pipe_stdin().pipe_stdout());
  const ProcessOutput output = co_await process.communicate(much);
  EXPECT_EQ(output.out, "done\n");
  EXPECT_EQ(process.returncode(), 0);
}

EDDY_TEST(Process, CommunicateAfterStdinWasClosed) {
  Process process = co_await create_subprocess_exec(Command("cat").pipe_stdin().pipe_stdout());
  co_await process.stdin().write("by hand");
  process.stdin().close();
  const ProcessOutput output = co_await process.communicate();
  EXPECT_EQ(output.out, "by hand");
}

EDDY_TEST(Process, CommunicateNeedsAPipeForInput) {
  Process process = co_await create_subprocess_exec(Command("cat").null_stdin());
  auto ended = co_await outcome(process.communicate("text"));
  EXPECT_THROW(ended.value(), RuntimeError);
  EXPECT_EQ(co_await process.wait(), 0);
}

EDDY_TEST(Process, AStreamThatIsNotPipedSaysHowToPipeIt) {
  Process process = co_await create_subprocess_exec("true");
  try {
    static_cast<void>(process.stdout());
    ADD_FAILURE() << "no error";
  } catch (const RuntimeError& error) {
    EXPECT_NE(std::string(error.what()).find("pipe_stdout()"), std::string::npos) << error.what();
  }
  co_await process.wait();
}

EDDY_TEST(Process, AnEmptyOneSaysSo) {
  Process first = co_await create_subprocess_exec("true");
  Process second = std::move(first);
  EXPECT_THROW(static_cast<void>(first.pid()), RuntimeError);  // NOLINT(bugprone-use-after-move): on purpose
  EXPECT_THROW(static_cast<void>(first.communicate()), RuntimeError);
  EXPECT_EQ(co_await second.wait(), 0);
}

EDDY_TEST(Process, WordsAreNotQuotedAndNotSplit) {
  const Command command("printf", "%s|", "a b", "$HOME", "", std::filesystem::path("c*"));
  EXPECT_EQ((co_await output_of(command)).out, "a b|$HOME||c*|");
}

EDDY_TEST(Process, RunsWhereItIsTold) {
  const Folder folder;
  const std::string there = std::filesystem::canonical(folder / "");
  EXPECT_EQ((co_await output_of(Command("pwd").cwd(there))).out, there + "\n");
}

EDDY_TEST(Process, AProgramWithARelativePathIsLookedForWhereItRuns) {
  const Folder folder;
  std::ofstream(folder / "tool") << "#!/bin/sh\necho here\n";
  std::filesystem::permissions(folder / "tool", std::filesystem::perms::owner_all);
  EXPECT_EQ((co_await output_of(Command("./tool").cwd(folder / ""))).out, "here\n");
}

EDDY_TEST(Process, GetsTheVariablesItIsTold) {
  ::setenv("EDDY_A", "ours", 1);
  ::setenv("EDDY_B", "ours", 1);
  const ScopeGuard unset([] {
    ::unsetenv("EDDY_A");
    ::unsetenv("EDDY_B");
  });
  const Command show = Command::shell("echo \"$EDDY_A|$EDDY_B|$EDDY_C\"");
  Command changed = show;
  changed.env("EDDY_A", "first").env("EDDY_A", "a=1").unset_env("EDDY_B").env("EDDY_C", "new");
  Command cleared = show;
  cleared.clear_env().env("EDDY_C", "only");
  EXPECT_EQ((co_await output_of(show)).out, "ours|ours|\n");
  EXPECT_EQ((co_await output_of(changed)).out, "a=1||new\n");
  EXPECT_EQ((co_await output_of(cleared)).out, "||only\n");
}

EDDY_TEST(Process, TheProgramIsLookedForInThePathOfTheChild) {
  const Folder folder;
  std::ofstream(folder / "eddy-tool") << "#!/bin/sh\necho found\n";
  std::filesystem::permissions(folder / "eddy-tool", std::filesystem::perms::owner_all);
  EXPECT_EQ((co_await output_of(Command("eddy-tool").env("PATH", "/nowhere:" + folder / ""))).out, "found\n");
}

EDDY_TEST(Process, FilesAsItsDescriptors) {
  const Folder folder;
  std::ofstream(folder / "in") << "text";
  Process process = co_await create_subprocess_exec(Command::shell("cat; echo bad >&2")
                                                        .stdin_from(folder / "in")
                                                        .stdout_to(folder / "out")
                                                        .stderr_to(folder / "err"));
  EXPECT_EQ(co_await process.wait(), 0);
  process = co_await create_subprocess_exec(Command("echo", "more").stdout_append_to(folder / "out"));
  EXPECT_EQ(co_await process.wait(), 0);
  EXPECT_EQ(content(folder / "out"), "textmore\n");
  EXPECT_EQ(content(folder / "err"), "bad\n");
}

EDDY_TEST(Process, DescriptorsOfOursAsItsOwn) {
  Pipe channel = pipe();
  Process process = co_await create_subprocess_exec(Command::shell("echo out; echo err >&2; echo three >&3")
                                                        .stdout_to(channel.writer.fd())
                                                        .stderr_to(channel.writer.fd())
                                                        .pass_fd(channel.writer.fd()));
  EXPECT_EQ(co_await process.wait(), 0);
  channel.writer.close();
  EXPECT_EQ(co_await channel.reader.read_all(), "out\nerr\nthree\n");
}

EDDY_TEST(Process, StderrGoesWhereStdoutGoes) {
  Process process = co_await create_subprocess_exec(
      Command::shell("echo out; echo err >&2; echo out").pipe_stdout().stderr_to_stdout());
  const ProcessOutput output = co_await process.communicate();
  EXPECT_EQ(output.out, "out\nerr\nout\n");
}

EDDY_TEST(Process, NullIsSilentAndEmpty) {
  Process process = co_await create_subprocess_exec(
      Command::shell("cat; echo x; echo y >&2").null_stdin().null_stdout().null_stderr());
  EXPECT_EQ(co_await process.wait(), 0);
}

EDDY_TEST(Process, InheritsNoDescriptors) {
  const sys::Fd careless(::open("/dev/null", O_RDONLY));  // without O_CLOEXEC
  const Command list = Command::shell("cd /proc/self/fd && echo *").pipe_stdin();
  Process other = co_await create_subprocess_exec(Command("cat").pipe_stdin().pipe_stdout());
  // The shell expands the star in its own process, with a descriptor for the folder it reads.
  const std::string seen = (co_await output_of(list)).out;
  EXPECT_TRUE(seen == "0 1 2 3\n" || seen == "0 1 2\n") << seen;
  other.stdin().close();
  co_await other.wait();
}

EDDY_TEST(Process, HasNoSignalBlockedOrIgnored) {
  sigset_t blocked;
  sigset_t before;
  sigfillset(&blocked);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  auto* pipe_before = std::signal(SIGPIPE, SIG_IGN);
  auto* hangup_before = std::signal(SIGHUP, SIG_IGN);
  const ScopeGuard restore([&] {
    std::signal(SIGPIPE, pipe_before);
    std::signal(SIGHUP, hangup_before);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  });
  const std::string seen = (co_await output_of(Command("grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"))).out;
  CO_ASSERT_EQ(seen.size(), 50u);
  constexpr std::uint64_t kOfTheLibrary = 0x180000000;  // 32 and 33: out of our reach
  EXPECT_EQ(std::stoull(seen.substr(8, 16), nullptr, 16) & ~kOfTheLibrary, 0u);
  EXPECT_EQ(std::stoull(seen.substr(33, 16), nullptr, 16) & ~kOfTheLibrary, 1u) << "as under nohup";
}

EDDY_TEST(Process, AGroupOfItsOwnIsSignalledAsAWhole) {
  Process process =
      co_await create_subprocess_exec(Command::shell("cat & cat").pipe_stdin().pipe_stdout().new_process_group());
  EXPECT_EQ(::getpgid(process.pid()), process.pid());
  process.terminate();
  EXPECT_EQ(co_await process.stdout().read_all(), "") << "both have let go of the pipe";
  EXPECT_EQ(co_await process.wait(), -SIGTERM);
}

EDDY_TEST(Process, ASessionOfItsOwn) {
  Process process = co_await create_subprocess_exec(Command("cat").pipe_stdin().new_session());
  EXPECT_EQ(::getsid(process.pid()), process.pid());
  process.kill();
  EXPECT_EQ(co_await process.wait(), -SIGKILL);
  process.kill();
}

EDDY_TEST(Process, WhatIsNoSignalIsRefused) {
  Process process = co_await create_subprocess_exec(Command("cat").pipe_stdin());
  EXPECT_THROW(process.send_signal(4711), std::system_error);
  process.send_signal(SIGINT);
  EXPECT_EQ(co_await process.wait(), -SIGINT);
}

// --- what cannot be started

EDDY_TEST(ProcessRefused, NoSuchProgram) {
  const std::string text = co_await refusal(Command("eddy-no-such-program"), std::errc::no_such_file_or_directory);
  EXPECT_NE(text.find("'eddy-no-such-program', which is no program in PATH ("), std::string::npos) << text;
  co_await refusal(Command("/eddy/no/such/program"), std::errc::no_such_file_or_directory);
  co_await refusal(Command(""), std::errc::no_such_file_or_directory);
}

EDDY_TEST(ProcessRefused, NotExecutable) {
  const Folder folder;
  std::ofstream(folder / "file") << "text";
  const std::string text = co_await refusal(Command(folder / "file"), std::errc::permission_denied);
  EXPECT_NE(text.find("start '" + folder / "file" + "'"), std::string::npos) << text;
  co_await refusal(Command("/tmp"), std::errc::permission_denied);
}

EDDY_TEST(ProcessRefused, NoInterpreter) {
  const Folder folder;
  std::ofstream(folder / "script") << "#!/no/such/interpreter\n";
  std::ofstream(folder / "text") << "echo hello\n";
  std::filesystem::permissions(folder / "script", std::filesystem::perms::owner_all);
  std::filesystem::permissions(folder / "text", std::filesystem::perms::owner_all);
  const std::string missing = co_await refusal(Command(folder / "script"), std::errc::no_such_file_or_directory);
  EXPECT_NE(missing.find("interpreter is missing"), std::string::npos) << missing;
  const std::string none = co_await refusal(Command(folder / "text"), std::errc::executable_format_error);
  EXPECT_NE(none.find("#!/bin/sh"), std::string::npos) << none;
}

EDDY_TEST(ProcessRefused, NoSuchDirectory) {
  const std::string text =
      co_await refusal(Command("true").cwd("/no/such/folder"), std::errc::no_such_file_or_directory);
  EXPECT_NE(text.find("directory '/no/such/folder'"), std::string::npos) << text;
  co_await refusal(Command("./true").cwd("/no/such/folder"), std::errc::no_such_file_or_directory);
  co_await refusal(Command("true").cwd("/dev/null"), std::errc::not_a_directory);
}

EDDY_TEST(ProcessRefused, NoSuchFileForADescriptor) {
  const std::string text =
      co_await refusal(Command("cat").stdin_from("/no/such/file"), std::errc::no_such_file_or_directory);
  EXPECT_NE(text.find("open /no/such/file"), std::string::npos) << text;
  const std::string closed = co_await refusal(Command("cat").stdin_from(4711), std::errc::bad_file_descriptor);
  EXPECT_NE(closed.find("descriptor 4711"), std::string::npos) << closed;
  co_await refusal(Command("cat").pass_fd(-1), std::errc::bad_file_descriptor);
}

EDDY_TEST(ProcessRefused, NoDescriptorsLeft) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const ScopeGuard restore([&] { ::setrlimit(RLIMIT_NOFILE, &before); });
  Process first = co_await create_subprocess_exec("true");  // what the loop needs is there
  EXPECT_EQ(co_await first.wait(), 0);
  const sys::Fd next(::dup(STDOUT_FILENO));
  int started = 0;
  for (rlim_t room = 0; room < 12; ++room) {
    rlimit tight = before;
    tight.rlim_cur = static_cast<rlim_t>(next.get()) + room;
    ::setrlimit(RLIMIT_NOFILE, &tight);
    auto ended = co_await outcome(create_subprocess_exec(Command("true").pipe_stdin().pipe_stdout().pipe_stderr()));
    if (!ended.has_value()) {
      EXPECT_THROW(ended.value(), std::system_error);
      continue;
    }
    ++started;
    Process process = std::move(ended).value();
    EXPECT_EQ(co_await process.wait(), 0);
  }
  EXPECT_GT(started, 0);
  EXPECT_LT(started, 10);
}

// --- many

EDDY_TEST(ProcessMany, AThousandInARow) {
  for (int i = 0; i != 1000; ++i) {
    Process process = co_await create_subprocess_exec("true");
    const int code = co_await process.wait();
    CO_ASSERT_EQ(code, 0);
  }
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no child is left, not even a zombie";
}

EDDY_TEST(ProcessMany, AHundredEightAtATime) {
  int sum = 0;
  const auto job = [&](int i) -> Task<> {
    const Command echo("echo", std::to_string(i));
    sum += std::stoi((co_await output_of(echo)).out);
  };
  co_await task_group([&](TaskGroup& tg) -> Task<> {
    tg.limit(8);
    for (int i = 0; i != 100; ++i) tg.create_task(job, i);
    co_return;
  });
  EXPECT_EQ(sum, 4950);
}

}  // namespace
}  // namespace eddy
