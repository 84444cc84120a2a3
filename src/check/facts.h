// What was read of the account for one fleet, before anything is judged. Unknown is a value of its own here:
// a Read without a value holds the error that hid it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "aws/autoscaling.h"
#include "aws/cloudwatch.h"
#include "aws/ec2.h"
#include "aws/elbv2.h"
#include "aws/ssm.h"
#include "base/clock.h"
#include "base/result.h"

namespace evenkeel::check {

using namespace std::chrono_literals;

template <class T>
using Read = Result<T>;

inline std::unexpected<Error> unread() { return fail(ErrorKind::unavailable, "was not asked for"); }

// A target group's attributes, AWS's defaults filled in.
struct Attributes {
  Duration deregistration_delay = 300s;
  Duration slow_start{};              // zero: off
  int fail_open_count = 1;            // the larger of the two minimum_healthy_targets counts
  int fail_open_percent = 0;          // the larger of the two percentages; 0: off
  std::string cross_zone;             // "true", "false", "use_load_balancer_configuration"; empty: not told
  std::optional<bool> zonal = false;  // each zone's requests stay in the zone; unknown: could not be read
};

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
struct Group {
  aws::elbv2::TargetGroup is;
  Read<Attributes> attributes = unread();
  Read<std::vector<aws::elbv2::TargetHealth>> targets = unread();
  Read<Traffic> traffic = unread();  // unknown where no load balancer is attached
  Read<bool> may_register = unread();
  Read<bool> may_deregister = unread();
};

// A member's registration in a group that the policy doesn't name.
struct Elsewhere {
  std::string instance_id;
  std::string target_group;
  bool by_address = false;
};

// One of a member's series of the metric, over the last three hours, with the hourly extremes of a day.
struct Series {
  aws::cloudwatch::Metric metric;
  bool complete = false;                         // else CloudWatch said that something is missing
  std::vector<aws::cloudwatch::Sample> samples;  // oldest first, at the policy's period
  std::optional<double> highest;                 // of the last 24 hours
};
inline constexpr Duration kSamplesOver = 3h;

struct Facts {
  std::string region;
  std::string partition = "aws";
  Time taken_at{};  // the oldest Date of AWS's answers

  Read<std::vector<std::string>> existing_groups = unread();  // the names of the region's target groups
  std::vector<Group> groups;                                  // those that the policy names and that exist
  Read<std::map<std::string, aws::ec2::Instance>> instances = unread();  // by id; of all members
  Read<std::vector<Elsewhere>> elsewhere = unread();
  Read<std::vector<aws::autoscaling::Group>> scaling = unread();  // named by the policy or by members' tags

  // Whether EC2 refuses to stop them: of the first running members where the ladder has stop_start.
  std::map<std::string, bool> stop_protected;
  std::string asked_about;  // the running member with which the permissions on instances were tried
  Read<bool> may_reboot = unread();

  Read<std::vector<aws::cloudwatch::Metric>> metrics = unread();  // of the metric's name, all of them
  std::vector<aws::cloudwatch::Metric> nearest;  // where there is none: others, each name once, best first
  Read<std::map<std::string, std::vector<Series>>> series = unread();  // by member, every one of its own

  // What gates and rules lean on, by the policy's words. No entry: it was not asked for. An alarm's "*" or
  // "{instance_id}" stands for many; an entry without alarms matches none.
  std::map<std::string, Read<std::vector<aws::cloudwatch::Alarm>>> alarms;
  std::map<std::string, Read<aws::ssm::CalendarState>> calendars;
  // The series of the metrics of rules and of keep.load_below, by metric_name_key().
  std::map<std::string, Read<std::vector<aws::cloudwatch::Metric>>> other_metrics;

  // Where the policy wants it: which instances of the region carry the tag kWitnessTag, and its value (untrusted).
  std::map<std::string, std::string> marks;

  std::map<std::string, std::string> denied;  // IAM action → AWS's words
  std::set<std::string> allowed;              // IAM actions that were tried and not refused, here or there
  std::map<std::string, std::string> failed;  // what else could not be read → why
};

// "CWAgent|mem_used_percent".
inline std::string metric_name_key(const std::string& metric_namespace, const std::string& metric) {
  return metric_namespace + "|" + metric;
}

}  // namespace evenkeel::check
