// treatments: what is done, in order; evidence: what is captured before.
#include <fmt/core.h>

#include "policy/sections.h"

namespace evenkeel::policy {
namespace {

// A treatment that is only a word.
void read_word(const YamlNode& node, const std::string& path, Problems& problems, Step& step) {
  using Words = Slot<PlainStep, Treatment, WordRule<Treatment>>;
  const auto& rule = std::get<Words>(plain_step_fields().front().slot).rule;
  if (node.text == "command") {
    problems.add(node.place, path,
                 "a command needs the SSM document that it runs; write {command: NAME-OF-THE-DOCUMENT}");
    return;
  }
  read(node, rule, path, problems, step.treatment);
}

Step read_step(const YamlNode& node, const std::string& path, Problems& problems) {
  Step step;
  if (node.kind == YamlNode::Kind::text) {
    read_word(node, path, problems, step);
  } else if (node.find("command") != nullptr) {
    CommandStep command;
    read_fields(node, path, command_step_fields(), problems, command);
    step = {Treatment::command,
            command.attempts,
            {.name = command.command, .parameters = command.parameters, .within = command.within}};
  } else {
    PlainStep plain;
    read_fields(node, path, plain_step_fields(), problems, plain);
    step.treatment = plain.treatment;
    step.attempts = plain.attempts;
  }
  return step;
}

}  // namespace

void read_treatments(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                     FleetPolicy& fleet) {
  const YamlNode* list = list_under(fleet_node, "treatments", kMostTreatments, path, problems);
  if (list == nullptr) return;
  const auto at = child(path, "treatments");
  fleet.treatments.clear();
  for (std::size_t i = 0; i < list->values.size(); ++i) {
    fleet.treatments.push_back(read_step(list->values[i], fmt::format("{}[{}]", at, i), problems));
  }
}

void read_evidence(const YamlNode& fleet_node, const std::string& path, Problems& problems,
                   FleetPolicy& fleet) {
  const YamlNode* section = fleet_node.find("evidence");
  if (section == nullptr) return;
  EvidenceKeys evidence;
  read_fields(*section, child(path, "evidence"), evidence_fields(), problems, evidence);
  fleet.evidence = Evidence{
      .document = {.name = evidence.document, .parameters = evidence.parameters, .within = evidence.within},
      .required = evidence.required};
}

}  // namespace evenkeel::policy
