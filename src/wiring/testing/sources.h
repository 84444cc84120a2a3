// For tests: everything that comes from outside, scripted.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "credentials/source.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::wiring {

struct Outside {
  explicit Outside(wire::ScriptedTransport::Script script) : transport(std::move(script)) {}

  credentials::Sources sources() {
    return {transport,
            clock,
            random,
            [this](std::string_view name) -> std::optional<std::string> {
              const auto found = environment.find(std::string(name));
              return found == environment.end() ? std::nullopt : std::optional(found->second);
            },
            {},
            {}};
  }

  std::map<std::string, std::string> environment{{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                                                 {"AWS_SECRET_ACCESS_KEY", "secret-key-example"},
                                                 {"AWS_EC2_METADATA_DISABLED", "true"}};
  wire::ManualClock clock;
  SeededRandom random{1};
  wire::ScriptedTransport transport;
};

}  // namespace evenkeel::wiring
