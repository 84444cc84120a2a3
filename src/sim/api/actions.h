// The names of everything that the account answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace evenkeel::sim {

// As Fault::action writes them: "ec2.RebootInstances" … "metadata.Token", sorted.
const std::vector<std::string>& known_actions();
// Of them the one that is written most like `text`.
std::string nearest_action(std::string_view text);

}  // namespace evenkeel::sim
