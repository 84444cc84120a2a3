// For tests: an environment and files of their own, in a directory that goes away with the test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

#include "wire/environment.h"
#include "wire/shared_config.h"

namespace evenkeel::wire {

class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "evenkeel-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

struct Machine {
  std::map<std::string, std::string, std::less<>> variables;
  Directory home;

  Machine() {
    variables["AWS_CONFIG_FILE"] = home.file("config");
    variables["AWS_SHARED_CREDENTIALS_FILE"] = home.file("credentials");
  }

  Environment environment() const {
    return [this](std::string_view name) -> std::optional<std::string> {
      const auto at = variables.find(name);
      return at == variables.end() ? std::nullopt : std::optional{at->second};
    };
  }
  Result<SharedConfig> config(const std::optional<std::string>& profile = {}) const {
    return SharedConfig::load(environment(), profile);
  }
};

}  // namespace evenkeel::wire
