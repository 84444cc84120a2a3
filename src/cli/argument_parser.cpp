#include "cli/argument_parser.h"

#include <CLI/CLI.hpp>
#include <utility>

namespace evenkeel::cli {

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

void ArgumentParser::refine(CLI::Option* option, const Extras& extras) {
  option->required(extras.required);
  if (*extras.shown != '\0') option->option_text(extras.shown);
  if (extras.shows_default) option->capture_default_str();
  std::visit(
      [&]<class Range>(const Range& range) {
        if constexpr (!std::is_same_v<Range, std::monostate>)
          option->check(CLI::Range(range.first, range.second));
      },
      extras.between);
  if (*extras.needs != '\0') option->needs(app_->get_option(extras.needs));
  for (const char* other : extras.excludes) option->excludes(app_->get_option(other));
}

template <class Value>
void ArgumentParser::add_option(const std::string& name, Value& value, const std::string& about,
                                const Extras& extras) {
  refine(app_->add_option(name, value, about), extras);
}

template void ArgumentParser::add_option(const std::string&, std::string&, const std::string&, const Extras&);
template void ArgumentParser::add_option(const std::string&, std::vector<std::string>&, const std::string&,
                                         const Extras&);
template void ArgumentParser::add_option(const std::string&, int&, const std::string&, const Extras&);
template void ArgumentParser::add_option(const std::string&, double&, const std::string&, const Extras&);
template void ArgumentParser::add_option(const std::string&, std::uint64_t&, const std::string&,
                                         const Extras&);

void ArgumentParser::add_flag(const std::string& name, bool& value, const std::string& about,
                              const Extras& extras) {
  refine(app_->add_flag(name, value, about), extras);
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
