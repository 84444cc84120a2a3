#include "cli/argument_parser.h"

#include <CLI/CLI.hpp>
#include <utility>

namespace evenkeel::cli {

Option* Option::required() {
  option_->required();
  return this;
}

Option* Option::option_text(const std::string& text) {
  option_->option_text(text);
  return this;
}

Option* Option::capture_default_str() {
  option_->capture_default_str();
  return this;
}

Option* Option::needs(const Option* other) {
  option_->needs(other->option_);
  return this;
}

Option* Option::excludes(const Option* other) {
  option_->excludes(other->option_);
  return this;
}

Option* Option::between(int least, int most) {
  option_->check(CLI::Range(least, most));
  return this;
}

Option* Option::between(double least, double most) {
  option_->check(CLI::Range(least, most));
  return this;
}

ArgumentParser::ArgumentParser(const std::string& name, const std::string& about, const std::string& version)
    : owned_(std::make_unique<CLI::App>(about, name)), app_(owned_.get()) {
  app_->set_version_flag("--version", version, "the version");
  app_->set_help_flag("-h,--help", "this text, or a subcommand's");
}

ArgumentParser::ArgumentParser(CLI::App* borrowed) : app_(borrowed) {}

ArgumentParser::~ArgumentParser() = default;

ArgumentParser* ArgumentParser::add_subcommand(const std::string& name, const std::string& about) {
  subcommands_.push_back(std::make_unique<ArgumentParser>(app_->add_subcommand(name, about)));
  return subcommands_.back().get();
}

Option* ArgumentParser::keep(CLI::Option* option) {
  options_.push_back(std::make_unique<Option>(option));
  return options_.back().get();
}

template <class Value>
Option* ArgumentParser::add(const std::string& name, Value& value, const std::string& about) {
  return keep(app_->add_option(name, value, about));
}

Option* ArgumentParser::add_option(const std::string& name, std::string& value, const std::string& about) {
  return add(name, value, about);
}

Option* ArgumentParser::add_option(const std::string& name, std::vector<std::string>& values,
                                   const std::string& about) {
  return add(name, values, about);
}

Option* ArgumentParser::add_option(const std::string& name, int& value, const std::string& about) {
  return add(name, value, about);
}

Option* ArgumentParser::add_option(const std::string& name, double& value, const std::string& about) {
  return add(name, value, about);
}

Option* ArgumentParser::add_option(const std::string& name, std::uint64_t& value, const std::string& about) {
  return add(name, value, about);
}

Option* ArgumentParser::add_flag(const std::string& name, bool& value, const std::string& about) {
  return keep(app_->add_flag(name, value, about));
}

void ArgumentParser::footer(const std::string& text) { app_->footer(text); }

void ArgumentParser::require_subcommand() { app_->require_subcommand(1); }

void ArgumentParser::callback(std::function<void()> chosen) { app_->callback(std::move(chosen)); }

std::string ArgumentParser::help() const { return app_->help(); }

ArgumentParser::Parsing ArgumentParser::parse(std::span<const std::string> arguments, std::ostream& out) {
  Parsing result;
  try {
    // CLI11 takes the arguments last first.
    app_->parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::Success& success) {
    app_->exit(success, out, out);
    result.parsed = Parsed::shown;
  } catch (const CLI::ParseError& error) {
    result.parsed = Parsed::wrong;
    result.wrong_value = dynamic_cast<const CLI::ValidationError*>(&error) != nullptr ||
                         dynamic_cast<const CLI::ConversionError*>(&error) != nullptr;
    result.problem = error.what();
  }
  if (const auto given = app_->get_subcommands(); !given.empty())
    result.subcommand = given.front()->get_name();
  return result;
}

}  // namespace evenkeel::cli
