// What was read of the account for one fleet, before anything is judged. Unknown is a value of its own here:
// a Read without a value holds the error that hid it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "aws/cloudwatch.h"
#include "aws/elbv2.h"
#include "base/clock.h"
#include "base/result.h"
#include "model/observation.h"

namespace evenkeel::check {

using namespace std::chrono_literals;

template <class T>
using Read = Result<T>;

inline std::unexpected<Error> unread() { return fail(ErrorKind::unavailable, "was not asked for"); }

// Whether requests reach a target group.
struct Traffic {
  int forwards = 0;                // how many listeners and rules name it
  int highest_weight = 0;          // 0: all of them send it nothing
  std::string balancer;            // the load balancer's name
  std::string type;                // "application", "network", "gateway"
  std::vector<std::string> zones;  // enabled ones, sorted
};

// A target group of the fleet: one that the policy names, or that is attached to its Auto Scaling group where
// the policy names none.
struct GroupFacts {
  aws::elbv2::TargetGroup is;
  TargetGroup seen;                  // as a tick sees it
  Read<Traffic> traffic = unread();  // unknown where no load balancer is attached
};

inline constexpr Duration kSamplesOver = 3h;  // of Facts::seen.signals

struct Facts {
  std::string region;
  std::string partition = "aws";

  Read<std::vector<std::string>> existing_groups = unread();  // the names of the region's target groups
  std::vector<GroupFacts> groups;                             // those that the policy names and that exist
  // What a tick sees, and what a start does. Its target groups are those of `groups`; of stop protection it has
  // that of the first running members where the treatments have stop_start, and takes the others to have none.
  Observation seen;
  // What EC2 said of members, if only of some.
  bool instances_read() const { return seen.instances_complete || !seen.instances.empty(); }

  std::string asked_about;  // the running member with which the permissions on instances were tried
  std::map<std::string, std::vector<std::string>>
      refused_in;  // IAM action → the target groups that it is denied in

  Read<std::vector<aws::cloudwatch::Metric>> metrics = unread();  // of the metric's name, all of them
  std::vector<aws::cloudwatch::Metric> nearest;  // where there is none: others, each name once, best first
  std::map<std::string, std::vector<aws::cloudwatch::Metric>> series;  // by member, every one of its own
  std::optional<double>
      highest;  // of all members within a day; unknown: also where some of it could not be read

  // The series of the metrics of rules and of keep.load_below, by metric_name_key().
  std::map<std::string, Read<std::vector<aws::cloudwatch::Metric>>> other_metrics;

  std::map<std::string, std::string> denied;  // IAM action → AWS's words
  std::set<std::string> allowed;              // IAM actions that were tried and not refused, here or there
  std::map<std::string, std::string> failed;  // what else could not be read → why
};

// "CWAgent|mem_used_percent".
inline std::string metric_name_key(const std::string& metric_namespace, const std::string& metric) {
  return metric_namespace + "|" + metric;
}

}  // namespace evenkeel::check
