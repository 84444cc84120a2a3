// What really happened in a simulated account, in words for people.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/world/account.h"

namespace evenkeel::play {

// A fact as a sentence without its subject: "is up", "enters Standby by hand". Empty: no part of
// the story, or Evenkeel's own deed, which its history tells.
class FactWords {
 public:
  // All facts of the run: what Auto Scaling did besides decides how one is told.
  explicit FactWords(const std::vector<sim::Fact>& facts);
  std::string of(const sim::Fact& fact) const;

 private:
  std::set<std::string> retired_;                      // by Auto Scaling
  std::set<std::pair<Time, std::string>> by_scaling_;  // when it moved which instance, with its registrations
};

// The instance id or target group ARN that it is about, or an Auto Scaling group's name.
std::string subject_of(const sim::Fact& fact);

}  // namespace evenkeel::play
