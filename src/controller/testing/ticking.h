// For tests: a scripted AWS with three members of which the first is over the limit, and a journal that a test
// can meddle with.
#pragma once

#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/tick.h"
#include "record/sqlite_journal.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::controller {
using namespace std::chrono_literals;
using wire::form_of;
using wire::query_answer;

inline const std::string kArn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/tg1/1";

inline std::string id(int member) { return "i-0000000000000000" + std::to_string(member); }

inline std::string repeat(const std::function<std::string(int)>& item) { return item(1) + item(2) + item(3); }

inline wire::Response describe(const std::string& action) {
  if (action == "DescribeTargetGroups") {
    return query_answer(action,
                        "<TargetGroups><member><TargetGroupArn>" + kArn +
                            "</TargetGroupArn><TargetGroupName>tg1</TargetGroupName><Port>443</Port>"
                            "<LoadBalancerArns><member>lb</member></LoadBalancerArns><TargetType>instance"
                            "</TargetType></member></TargetGroups>");
  }
  if (action == "DescribeTargetGroupAttributes") return query_answer(action, "<Attributes/>");
  if (action == "DescribeTargetHealth") {
    return query_answer(action, "<TargetHealthDescriptions>" + repeat([](int member) {
                                  return "<member><Target><Id>" + id(member) +
                                         "</Id><Port>443</Port></Target><TargetHealth><State>healthy</State>"
                                         "</TargetHealth></member>";
                                }) + "</TargetHealthDescriptions>");
  }
  if (action == "DescribeInstances") {
    return wire::ec2_answer(action,
                            "<reservationSet><item><instancesSet>" + repeat([](int member) {
                              return "<item><instanceId>" + id(member) +
                                     "</instanceId><instanceState><code>16</code><name>running</name>"
                                     "</instanceState><instanceType>m5.large</instanceType><launchTime>"
                                     "2026-11-20T00:00:00Z</launchTime><placement><availabilityZone>a"
                                     "</availabilityZone></placement></item>";
                            }) + "</instancesSet></item></reservationSet>");
  }
  if (action == "DescribeLoadBalancers")
    return query_answer(action, "<LoadBalancerDescriptions></LoadBalancerDescriptions>");
  if (action == "DescribeInstanceStatus") {
    return wire::ec2_answer(action, "<instanceStatusSet>" + repeat([](int member) {
                                      return "<item><instanceId>" + id(member) + "</instanceId></item>";
                                    }) + "</instanceStatusSet>");
  }
  if (action == "ListMetrics") {
    return query_answer(
        action, "<Metrics>" + repeat([](int member) {
                  return "<member><Namespace>CWAgent</Namespace><MetricName>mem</MetricName><Dimensions>"
                         "<member><Name>InstanceId</Name><Value>" +
                         id(member) + "</Value></member></Dimensions></member>";
                }) + "</Metrics>");
  }
  if (action == "GetMetricData") {
    return query_answer(action,
                        "<MetricDataResults>" + repeat([](int member) {
                          std::string times, values;
                          for (int minute = 38; minute <= 43; ++minute) {
                            times += "<member>2026-11-22T06:" + std::to_string(minute) + ":00Z</member>";
                            values += std::string("<member>") + (member == 1 ? "80" : "40") + "</member>";
                          }
                          return "<member><Id>m" + std::to_string(member - 1) + "</Id><Timestamps>" + times +
                                 "</Timestamps><Values>" + values +
                                 "</Values><StatusCode>Complete</StatusCode></member>";
                        }) + "</MetricDataResults>");
  }
  if (action == "RebootInstances") return wire::ec2_error(412, "DryRunOperation", "would have succeeded");
  return query_answer(action, "");
}

// Passes everything on, and does something first when a state is about to be written.
class MeddledJournal final : public record::Journal {
 public:
  Result<std::optional<FleetState>> load(const std::string& fleet) override {
    if (fleet == unreadable) return fail(ErrorKind::corrupt, "not what was written");
    return store->load(fleet);
  }
  Result<void> replace(const FleetState& next, std::span<const Event> events) override {
    ++writes;
    if (before_write) before_write(writes);
    if (refuse) {
      if (auto error = refuse(writes)) return std::unexpected(*error);
    }
    if (read_only) return fail(ErrorKind::unavailable, "the disk is full", record::kReadOnlyCode);
    if (full && !next.open.empty()) return fail(ErrorKind::rejected, "no room", record::kStoreCode);
    return store->replace(next, events);
  }
  Result<std::vector<Event>> history(const std::string& fleet, const std::string& member,
                                     int limit) override {
    return store->history(fleet, member, limit);
  }
  Result<std::vector<std::string>> fleets() override {
    if (unlistable) return fail(ErrorKind::denied, "dynamodb:Query is denied", record::kStoreCode);
    return store->fleets();
  }

  std::unique_ptr<record::Journal> store = record::open_sqlite(":memory:").value();
  int writes = 0;
  bool full = false;       // has no room for any server that is out
  bool read_only = false;  // has no room for anything
  bool unlistable = false;
  std::function<void(int)> before_write;
  std::function<std::optional<Error>(int)> refuse;
  std::string unreadable;  // a fleet whose document is damaged
};

inline const OperatorRequest kPauseRequest{OperatorRequest::Kind::pause, "", "deploy", "ann"};
inline const OperatorRequest kResumeRequest{OperatorRequest::Kind::resume, "", "deployed", "ann"};
inline OperatorRequest restore_request(int member) {
  return {OperatorRequest::Kind::restore, id(member), "", "ann"};
}

struct Ticking : testing::Test {
  std::vector<std::string> sent;  // actions that change something, in order
  int writes_when_sent = -1;
  MeddledJournal journal;
  Duration per_call{0};
  std::function<std::optional<wire::Response>(std::map<std::string, std::string>& form)>
      instead;  // of the ordinary answer
  wire::ScriptedAccount account{[this](const wire::Request& request) {
    account.clock.time += per_call;
    auto form = form_of(request);
    const auto action = form.at("Action");
    if (form["Targets.member.1.Id"] == "i-00000000000000000")
      return wire::query_error(400, "InvalidTarget", "no such instance");
    if (action.starts_with("Register") || action.starts_with("Deregister")) {
      sent.push_back(action);
      writes_when_sent = journal.writes;
    }
    if (auto other = instead ? instead(form) : std::nullopt) return std::move(*other);
    return describe(action);
  }};
  observe::Cache cache;
  Parts parts{account.caller, journal, account.clock, account.random, cache};
  FleetPolicy policy;

  void SetUp() override {
    policy.name = "web";
    policy.target_groups = {"tg1"};
    policy.reboot_when.metric = "mem";
    policy.reboot_when.above = 65;
    policy.reboot_when.datapoints = 3;
    policy.keep.healthy = {.count = 2, .percent = 0};
  }
  FleetState stored() { return journal.load("web").value().value(); }
};

}  // namespace evenkeel::controller
