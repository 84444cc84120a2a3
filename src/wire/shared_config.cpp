#include "wire/shared_config.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/text.h"

namespace evenkeel::wire {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

class IniReader {
 public:
  explicit IniReader(std::string_view file) : file_(printable(file)) {}

  Result<void> read(std::string_view line) {
    ++number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto text = trim(line);
    if (text.empty() || text.starts_with('#') || text.starts_with(';')) return {};
    if (is_blank(line.front()) && !key_.empty()) return below_key(text);
    if (text.starts_with('[')) return begin_section(text);
    return setting(text);
  }

  Sections sections;

 private:
  std::unexpected<Error> wrong(const std::string& what) const {
    return fail(ErrorKind::invalid, file_ + ":" + std::to_string(number_) + ": " + what);
  }

  Result<void> begin_section(std::string_view text) {
    const auto end = text.rfind(']');
    const auto name = end == std::string_view::npos ? "" : trim(text.substr(1, end - 1));
    if (name.empty()) return wrong("a section is written [name]; close the bracket");
    const auto [at, is_new] = sections.try_emplace(std::string(name));
    if (!is_new) return wrong("the section [" + printable(name, 60) + "] stands here twice; join the two");
    section_ = &at->second;
    key_.clear();
    return {};
  }

  Result<void> setting(std::string_view text) {
    if (section_ == nullptr) return wrong("a setting before the first section; begin with [default]");
    const auto end = text.find_first_of("=:");
    const auto key = trim(text.substr(0, end));
    if (end == std::string_view::npos || key.empty()) return wrong("no setting; write it as key = value");
    key_ = lower(key);
    return put(key_, trim(text.substr(end + 1)));
  }

  // Settings of their own below a key without a value; else more of its value, which no setting of ours has.
  Result<void> below_key(std::string_view text) {
    if (!(*section_)[key_].empty()) return {};
    const auto end = text.find('=');
    const auto key = trim(text.substr(0, end));
    if (end == std::string_view::npos || key.empty()) {
      return wrong("below '" + printable(key_, 60) + "': no setting; write it as key = value");
    }
    return put(key_ + "." + lower(key), trim(text.substr(end + 1)));
  }

  Result<void> put(const std::string& key, std::string_view value) {
    if (!section_->emplace(key, value).second) {
      return wrong("'" + printable(key, 60) + "' stands twice in this section; keep one of the two");
    }
    return {};
  }

  std::string file_;
  int number_ = 0;
  ProfileSettings* section_ = nullptr;
  std::string key_;  // the last one at the left edge
};

// "x" of "[profile x]" and "[profile "x"]"; nothing for other sections.
std::optional<std::string> name_after(std::string_view word, std::string_view section) {
  if (!section.starts_with(word) || section.size() <= word.size() || !is_blank(section[word.size()])) {
    return std::nullopt;
  }
  auto name = trim(section.substr(word.size()));
  const bool quoted = name.size() > 2 && (name.front() == '"' || name.front() == '\'');
  if (quoted && name.back() == name.front()) name = name.substr(1, name.size() - 2);
  return std::string(name);
}

// The path in the variable, or the one below HOME; empty when there is neither.
std::string path_of(const Environment& environment, const char* variable, const char* below_home) {
  const auto home = lookup(environment, "HOME");
  auto path = lookup(environment, variable);
  if (!path) return home ? *home + below_home : "";
  if (path->starts_with("~/") && home) return *home + path->substr(1);
  return *path;
}

Result<Sections> load_sections(const std::string& path) {
  if (path.empty()) return Sections{};
  const auto text = TRY(read_small_file(path, SharedConfig::kMostBytes));
  return parse_ini(text.value_or(""), path);
}

std::optional<std::string> find(const Sections& sections, std::string_view name, std::string_view key) {
  const auto section = sections.find(name);
  if (section == sections.end()) return std::nullopt;
  const auto setting = section->second.find(key);
  if (setting == section->second.end() || setting->second.empty()) return std::nullopt;
  return setting->second;
}

}  // namespace

Result<Sections> parse_ini(std::string_view text, std::string_view file_name) {
  IniReader reader(file_name);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    TRY_VOID(reader.read(line));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return std::move(reader.sections);
}

Result<std::optional<std::string>> read_small_file(const std::string& path, std::size_t most) {
  const auto wrong = [&](const std::string& what) {
    return fail(ErrorKind::invalid, printable(path) + ": " + what);
  };
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) return wrong("is a directory; name a file");
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const auto reason = std::error_code(errno, std::generic_category());
    if (reason == std::errc::no_such_file_or_directory || reason == std::errc::not_a_directory) {
      return std::nullopt;
    }
    return wrong("can't be opened: " + reason.message() + "; make it readable for this user");
  }
  std::string text(most + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return wrong("can't be read; check the disk");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > most)
    return wrong("is larger than " + std::to_string(most) + " bytes; is it the right file?");
  return text;
}

Result<SharedConfig> SharedConfig::load(const Environment& environment,
                                        const std::optional<std::string>& flag) {
  SharedConfig config;
  config.config_file = path_of(environment, "AWS_CONFIG_FILE", "/.aws/config");
  config.credentials_file = path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials");
  for (auto& [section, settings] : TRY(load_sections(config.config_file))) {
    if (const auto service = name_after("services", section)) config.services[*service] = settings;
    const auto name = section == "default" ? std::optional{section} : name_after("profile", section);
    if (name) config.in_config_file[*name] = settings;
  }
  config.in_credentials_file = TRY(load_sections(config.credentials_file));
  if (flag) {
    config.profile = *flag;
    config.named_by = "--profile";
  }
  for (const char* variable : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}) {
    const auto named = lookup(environment, variable);
    if (!config.named_by.empty() || !named) continue;
    config.profile = *named;
    config.named_by = variable;
  }
  if (config.named_by.empty() || config.has(config.profile)) return config;
  return fail(ErrorKind::invalid,
              config.named_by + ": there is no profile '" + printable(config.profile, 60) + "' in " +
                  printable(config.config_file) + " (as [profile NAME]) or " +
                  printable(config.credentials_file) + " (as [NAME]); write it there, or name another");
}

bool SharedConfig::has(std::string_view name) const {
  return in_config_file.contains(name) || in_credentials_file.contains(name);
}

std::optional<std::string> SharedConfig::setting(std::string_view name, std::string_view key) const {
  auto found = find(in_credentials_file, name, key);
  return found ? found : find(in_config_file, name, key);
}

std::optional<std::string> SharedConfig::service_setting(std::string_view key) const {
  const auto name = setting("services");
  return name ? find(services, *name, key) : std::nullopt;
}

std::string SharedConfig::place(std::string_view name) const {
  const auto& file =
      in_config_file.contains(name) || !in_credentials_file.contains(name) ? config_file : credentials_file;
  return "profile '" + printable(name, 60) + "' in " + printable(file);
}

}  // namespace evenkeel::wire
