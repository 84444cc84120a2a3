#include "sim/api/keys.h"

#include <utility>

namespace evenkeel::sim {

Keys::Keys(const AccessKey& access, const std::string& account_id, std::uint64_t seed) : random_(seed) {
  keys_[access.access_key_id] = {access.access_key_id, access.secret_access_key, "",
                                 "arn:aws:iam::" + account_id + ":user/example", std::nullopt};
}

const IssuedKey* Keys::find(const std::string& id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : &found->second;
}

const IssuedKey& Keys::issue(const std::string& account_id, const std::string& role,
                             const std::string& session, Time ends) {
  IssuedKey key;
  key.id = "ASIA" + random_.hex(16);
  key.secret = random_.hex(40);
  key.token = "token/" + random_.hex(120) + "==";
  key.arn = "arn:aws:sts::" + account_id + ":assumed-role/" + role + "/" + session;
  key.ends = ends;
  return keys_[key.id] = std::move(key);
}

}  // namespace evenkeel::sim
