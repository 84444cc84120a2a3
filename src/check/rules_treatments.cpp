#include <algorithm>

#include "check/foreseen.h"
#include "check/rules.h"

namespace evenkeel::check::rules {
namespace {

bool has(const Subject& fleet, Treatment treatment) {
  return std::ranges::find(fleet.policy.treatments, treatment, &Step::treatment) !=
         fleet.policy.treatments.end();
}

}  // namespace

Findings cannot_stop(const Subject& fleet) {
  return findings_of(fleet, foreseen(fleet, "treatment", Reason::cannot_stop),
                     "take stop_start out of treatments, or give those servers a fleet of their own");
}

Findings stop_protected(const Subject& fleet) {
  return findings_of(
      fleet, foreseen(fleet, "stop_protection", Reason::stop_protected),
      "take the protection off (aws ec2 modify-instance-attribute --no-disable-api-stop), or take "
      "stop_start out of treatments");
}

Findings stop_loses(const Subject& fleet) {
  if (!has(fleet, Treatment::stop_start)) return {};
  return {{.severity = Severity::note,
           .text =
               "stop_start loses what a server has on instance store and its automatic public IPv4 address, "
               "and AWS may have no room to start it again: then it is held for a person",
           .remedy = "nothing, if nothing relies on those; an Elastic IP address stays"}};
}

Findings cannot_replace(const Subject& fleet) {
  return findings_of(fleet, foreseen(fleet, "treatment", Reason::auto_scaling_state),
                     "give the servers outside the group a fleet of their own, without replace");
}

Findings would_be_retained(const Subject& fleet) {
  return findings_of(fleet, foreseen(fleet, "treatment", Reason::would_be_retained),
                     "take replace out of treatments, or change the group's lifecycle policy");
}

}  // namespace evenkeel::check::rules
