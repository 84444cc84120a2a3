// What every provider of credentials is handed, and what it gives back. A provider that isn't configured says
// so, and the next one is asked; one that is configured but broken is an error, or calls would be signed as
// another identity. Errors name the provider, the place and the remedy, and never hold a secret.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "wire/environment.h"
#include "wire/identity.h"
#include "wire/transport.h"

namespace evenkeel::credentials {

using namespace wire;               // sessions, requests and what they are sent with
using wire::RefreshingCredentials;  // model/identity.h has another one

// Transport, clock and random must outlive whatever is made from them.
struct Sources {
  Transport& transport;
  Clock& clock;
  Random& random;
  Environment environment;
  std::vector<std::string> variables;  // the same as NAME=value, handed on to a credential_process
  std::optional<std::string> profile;  // --profile
};

// Why a provider isn't configured, in a few words: "AWS_ACCESS_KEY_ID is not set".
struct Absent {
  std::string why;
};

using Found = std::variant<Session, Absent>;

}  // namespace evenkeel::credentials
