// For tests of the providers: an environment and files of their own, and a network that answers from a
// function.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "wire/credentials_source.h"
#include "wire/shared_config.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::wire {

// A directory that goes away with the test.
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

struct World {
  std::map<std::string, std::string, std::less<>> variables;
  Directory home;
  ManualClock clock;
  SeededRandom random{1};
  ScriptedTransport network{[](const Request&) { return connection_refused(); }};

  World() {
    variables["AWS_CONFIG_FILE"] = home.file("config");
    variables["AWS_SHARED_CREDENTIALS_FILE"] = home.file("credentials");
  }

  Environment environment() const {
    return [this](std::string_view name) -> std::optional<std::string> {
      const auto at = variables.find(name);
      return at == variables.end() ? std::nullopt : std::optional{at->second};
    };
  }
  Sources sources(std::optional<std::string> profile = std::nullopt) {
    return {network, clock, random, environment(), {"PATH=/usr/bin:/bin"}, std::move(profile)};
  }
  Result<SharedConfig> config(const std::optional<std::string>& profile = {}) const {
    return SharedConfig::load(environment(), profile);
  }
};

inline const Session* session_of(const Result<Found>& found) {
  return found ? std::get_if<Session>(&*found) : nullptr;
}
// Whose keys came back, or what went wrong.
inline std::string who(const Result<Session>& session) {
  return session ? session->credentials.access_key_id : "error: " + session.error().message;
}
inline std::string who(const Result<Found>& found) {
  if (!found) return "error: " + found.error().message;
  if (const auto* session = std::get_if<Session>(&*found)) return session->credentials.access_key_id;
  return "absent: " + std::get<Absent>(*found).why;
}

inline std::string json_of(const std::string& id, const std::string& rest = "") {
  return R"({"Code":"Success","Version":1,"AccessKeyId":")" + id +
         R"(","SecretAccessKey":"hush-secret","Token":"hush-token","SessionToken":"hush-token",)" +
         R"("Expiration":"2026-11-22T12:00:00Z")" + rest + "}";
}

// STS's answer; the keys are named after the role.
inline Response sts_answer(const Request& request) {
  const auto form = form_of(request);
  const auto& arn = form.at("RoleArn");
  return query_answer(form.at("Action"),
                      "<Credentials><AccessKeyId>" + arn.substr(arn.rfind('/') + 1) +
                          "</AccessKeyId><SecretAccessKey>hush-secret</SecretAccessKey><SessionToken>"
                          "hush-token</SessionToken><Expiration>2026-11-22T07:45:00Z</Expiration>"
                          "</Credentials><AssumedRoleUser><Arn>a</Arn></AssumedRoleUser>");
}

}  // namespace evenkeel::wire
