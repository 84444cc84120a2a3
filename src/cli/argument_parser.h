// A command line: subcommands with their options, and what becomes of the arguments. argument_parser.cpp
// alone includes CLI11, whose header takes a compiler longer than all of ours together.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace evenkeel::cli {

// An option, a flag or a positional argument. Lives as long as its command.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}
  Option* required();
  // What --help shows behind the name, for instance "2h".
  Option* option_text(const std::string& text);
  // --help shows the value that the variable has now.
  Option* capture_default_str();
  Option* needs(const Option* other);
  Option* excludes(const Option* other);
  // Both ends are allowed.
  Option* between(int least, int most);
  Option* between(double least, double most);

 private:
  CLI::Option* option_;
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
  // "--limit" is an option, "ID" a positional argument.
  Option* add_option(const std::string& name, std::string& value, const std::string& about);
  Option* add_option(const std::string& name, std::vector<std::string>& values, const std::string& about);
  Option* add_option(const std::string& name, int& value, const std::string& about);
  Option* add_option(const std::string& name, double& value, const std::string& about);
  Option* add_option(const std::string& name, std::uint64_t& value, const std::string& about);
  Option* add_flag(const std::string& name, bool& value, const std::string& about);
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
  template <class Value>
  Option* add(const std::string& name, Value& value, const std::string& about);
  Option* keep(CLI::Option* option);

  std::unique_ptr<CLI::App> owned_;  // of the program itself
  CLI::App* app_;
  std::vector<std::unique_ptr<ArgumentParser>> subcommands_;
  std::vector<std::unique_ptr<Option>> options_;
};

}  // namespace evenkeel::cli
