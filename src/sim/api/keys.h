// The access keys that the account knows: one long-lived one, and those of the roles it has given out.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/random.h"
#include "sim/world/account.h"

namespace evenkeel::sim {

struct AccessKey {
  std::string access_key_id = "AKIDEXAMPLE";
  std::string secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
};

struct IssuedKey {
  std::string id, secret;
  std::string token;         // empty: long-lived
  std::string arn;           // whose it is, as GetCallerIdentity says it
  std::optional<Time> ends;  // by the account's time; refused from then on

  bool temporary() const { return !token.empty(); }
};

class Keys {
 public:
  Keys(const AccessKey& access, const std::string& account_id, std::uint64_t seed);

  const IssuedKey* find(const std::string& id) const;
  // A new key for a session of a role, until `ends`.
  const IssuedKey& issue(const std::string& account_id, const std::string& role, const std::string& session,
                         Time ends);

 private:
  SeededRandom random_;
  std::map<std::string, IssuedKey> keys_;
};

}  // namespace evenkeel::sim
