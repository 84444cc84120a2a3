// What the tick's own guards say of the members as they were read. A finding that says "the tick would do harm"
// is made of these: so it says what the tick would do, in the same words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check/subject.h"
#include "model/plan.h"

namespace evenkeel::check {

struct Foreseen {
  std::string text;  // the guard's
  std::vector<std::string> members;
  Numbers numbers;  // those of the first member
};

// What holds back members for that reason at any of the treatments, by the guards' text. `guard` is the name
// of one of decide::own_guards(), or "capacity".
std::vector<Foreseen> foreseen(const Subject& fleet, std::string_view guard, Reason reason);

// Findings made of them: as bad as can be where it holds back all members.
std::vector<Finding> findings_of(const Subject& fleet, const std::vector<Foreseen>& held,
                                 const std::string& remedy);

}  // namespace evenkeel::check
