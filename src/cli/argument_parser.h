// A command line: subcommands with their options, and what becomes of the arguments. argument_parser.cpp
// alone includes CLI11, whose header takes a compiler longer than all of ours together.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace evenkeel::cli {

// What else is to be said of an option, a flag or a positional argument.
struct Extras {
  const char* shown = "";  // behind its name in --help, for instance "2h"
  bool required = false;
  bool shows_default = false;  // --help shows the value that the variable has now
  std::variant<std::monostate, std::pair<int, int>, std::pair<double, double>> between =
      {};                                  // both ends are allowed
  const char* needs = "";                  // the name of one that was added before
  std::vector<const char*> excludes = {};  // likewise
};

// The program itself or a subcommand. What it gives out lives as long as it does; a variable that it is told
// to fill must live until parsing has ended.
class ArgumentParser {
 public:
  // `version`: what --version writes.
  ArgumentParser(const std::string& name, const std::string& about, const std::string& version);
  explicit ArgumentParser(CLI::App* borrowed);
  ~ArgumentParser();
  ArgumentParser(ArgumentParser&&) = delete;

  ArgumentParser* add_subcommand(const std::string& name, const std::string& about);
  // "--limit" is an option, "ID" a positional argument. For texts, lists of them, int, double and std::uint64_t.
  template <class Value>
  void add_option(const std::string& name, Value& value, const std::string& about, const Extras& extras = {});
  void add_flag(const std::string& name, bool& value, const std::string& about, const Extras& extras = {});
  // The last lines of --help.
  void footer(const std::string& text);
  // Exactly one subcommand must be given.
  void require_subcommand();
  // Called when this subcommand was given, at the end of parsing.
  void callback(std::function<void()> chosen);

  enum class Parsed {
    chosen,  // a subcommand's callback was called
    shown,   // --help or --version: it was written to `out`
    wrong,   // see `problem`
  };
  struct Parsing {
    Parsed parsed = Parsed::chosen;
    std::string subcommand;    // "pause"; empty: none was recognised
    std::string problem;       // one sentence; may quote arguments
    bool wrong_value = false;  // the problem is a value that an option does not take
  };
  // Of the program itself, without its name in `arguments`.
  Parsing parse(std::span<const std::string> arguments, std::ostream& out);
  std::string help() const;

 private:
  void refine(CLI::Option* option, const Extras& extras);

  std::unique_ptr<CLI::App> owned_;  // of the program itself
  CLI::App* app_;
  std::vector<std::unique_ptr<ArgumentParser>> subcommands_;
};

}  // namespace evenkeel::cli
