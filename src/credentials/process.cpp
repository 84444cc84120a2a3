#include "credentials/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "base/text.h"
#include "credentials/json.h"

namespace evenkeel::credentials {
namespace {

constexpr int kBetweenLooks = 10;  // milliseconds
constexpr std::size_t kErrorsShown = 300;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool open() const { return number_ >= 0; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

struct Pipe {
  Descriptor read, write;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{Descriptor{ends[0]}, Descriptor{ends[1]}};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

// Starts it in a process group of its own, so that its children can be killed with it.
int spawn(std::vector<std::string> command, std::vector<std::string> variables, int out, int err,
          pid_t& process) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  sigset_t ignored_here;
  sigemptyset(&ignored_here);
  sigaddset(&ignored_here, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &ignored_here);
  posix_spawnattr_setflags(&attributes,
                           static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF));  // NOLINT
  const int failure = posix_spawnp(&process, command.front().c_str(), &files, &attributes,
                                   pointers(command).data(), pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return failure;
}

// A program under way.
class Running {
 public:
  Running(pid_t process, Descriptor out, Descriptor err, Clock& clock, const ProcessLimits& limits)
      : process_(process),
        out_(std::move(out)),
        err_(std::move(err)),
        clock_(clock),
        limits_(limits),
        ends_(clock.now() + limits.time) {}

  ~Running() {
    if (process_ <= 0) return;
    kill(-process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  Result<std::string> to_the_end() {
    while (out_.open() || err_.open()) TRY_VOID(read_some());
    const int status = TRY(wait());
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::move(output_);
    const auto how = WIFSIGNALED(status) ? "was ended by signal " + std::to_string(WTERMSIG(status))
                                         : "ended with code " + std::to_string(WEXITSTATUS(status));
    return fail(ErrorKind::denied, how + said());
  }

 private:
  Result<void> read_some() {
    const Duration left = ends_ - clock_.now();
    if (left <= Duration::zero()) return too_long();
    std::array<pollfd, 2> waiting{{{out_.number(), POLLIN, 0}, {err_.number(), POLLIN, 0}}};
    if (poll(waiting.data(), waiting.size(), static_cast<int>(left.count())) < 0) {
      return fail(ErrorKind::unavailable, "was ended, because this process was asked to end");
    }
    if (waiting[0].revents != 0) drain(out_, output_);
    if (waiting[1].revents != 0) drain(err_, errors_);
    if (output_.size() > limits_.output) {
      return fail(ErrorKind::invalid, "printed more than " + std::to_string(limits_.output) + " bytes");
    }
    if (errors_.size() > limits_.output) errors_.resize(limits_.output);
    return {};
  }

  static void drain(Descriptor& from, std::string& into) {
    std::array<char, 4096> bytes{};
    const auto got = read(from.number(), bytes.data(), bytes.size());
    if (got > 0) {
      into.append(bytes.data(), static_cast<std::size_t>(got));
    } else {
      from.close();
    }
  }

  Result<int> wait() {
    int status = 0;
    while (waitpid(process_, &status, WNOHANG) == 0) {
      if (clock_.now() >= ends_) return too_long();
      poll(nullptr, 0, kBetweenLooks);
    }
    process_ = 0;
    return status;
  }

  std::unexpected<Error> too_long() const {
    return fail(ErrorKind::unavailable, "took longer than " + format_duration(limits_.time) + said());
  }

  std::string said() const {
    const auto text = trim(errors_);
    return text.empty() ? "" : "; it said: " + printable(text, kErrorsShown);
  }

  pid_t process_;
  Descriptor out_, err_;
  Clock& clock_;
  ProcessLimits limits_;
  Time ends_;
  std::string output_, errors_;
};

}  // namespace

std::optional<std::vector<std::string>> split_command(std::string_view line) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (quote == 0 && blank) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    const bool more = i + 1 < line.size();
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == '\\' && quote == 0) {
      if (!more) return std::nullopt;
      words.back() += line[++i];
    } else if (c == '\\' && quote == '"' && more && (line[i + 1] == '"' || line[i + 1] == '\\')) {
      words.back() += line[++i];
    } else {
      words.back() += c;
    }
  }
  if (quote != 0) return std::nullopt;
  return words;
}

Result<std::string> run_process(const std::vector<std::string>& command,
                                const std::vector<std::string>& variables, Clock& clock,
                                const ProcessLimits& limits) {
  auto out = make_pipe();
  auto err = make_pipe();
  if (!out || !err) return fail(ErrorKind::unavailable, "can't be started: too many files are open");
  pid_t process = 0;
  const int failure = spawn(command, variables, out->write.number(), err->write.number(), process);
  out->write.close();
  err->write.close();
  if (failure != 0) {
    return fail(ErrorKind::invalid,
                "can't be started: " + std::error_code(failure, std::generic_category()).message());
  }
  return Running{process, std::move(out->read), std::move(err->read), clock, limits}.to_the_end();
}

Result<Found> process_credentials(const Sources& sources, const SharedConfig& config,
                                  const std::string& profile) {
  const auto line = config.setting(profile, "credential_process");
  if (!line) return Absent{"no credential_process"};
  const auto command = split_command(*line);
  const std::string place = "credential_process of " + config.place(profile) + ": ";
  if (!command || command->empty()) {
    return fail(ErrorKind::invalid, place + "a quote is not closed; write a program and its arguments");
  }
  const std::string program = place + "'" + printable(command->front(), 100) + "' ";
  auto output = run_process(*command, sources.variables, sources.clock);
  if (!output) {
    return fail(output.error().kind, program + output.error().message + "; try the command by hand");
  }
  auto session = read_credentials_json(*output, JsonFrom::process);
  if (!session) {
    return fail(session.error().kind, program + "is no use: " + session.error().message +
                                          "; it must print {\"Version\": 1, \"AccessKeyId\": …, "
                                          "\"SecretAccessKey\": …, \"SessionToken\": …, \"Expiration\": …}");
  }
  return std::move(*session);
}

}  // namespace evenkeel::credentials
