#include "observe/instances.h"

#include "observe/testing/observing.h"

namespace evenkeel::observe {
namespace {

std::string tagged(const std::string& id, const std::map<std::string, std::string>& tags,
                   const std::string& root = "ebs") {
  std::string xml = instance_xml(id), more;
  for (const auto& [key, value] : tags)
    more += "<item><key>" + key + "</key><value>" + value + "</value></item>";
  xml.insert(xml.find("</tagSet>"), more);
  xml.insert(xml.find("<tagSet>"), "<rootDeviceType>" + root + "</rootDeviceType>");
  return xml;
}

std::string status_xml(const std::string& id, const std::string& check, const std::string& more = "") {
  return "<item><instanceId>" + id + "</instanceId>" + more +
         "<systemStatus><status>ok</status></systemStatus><instanceStatus><status>" + check +
         "</status><details><item><name>reachability</name><status>failed</"
         "status><impairedSince>2026-11-22T06:00:00Z"
         "</impairedSince></item></details></instanceStatus></item>";
}

struct ObservingInstances : Observing {
  void instances(const std::string& items) {
    answers["DescribeInstances"] =
        ec2_answer("DescribeInstances", "<reservationSet><item><instancesSet>" + items +
                                            "</instancesSet></item></reservationSet>");
  }
  void statuses(const std::string& items) {
    answers["DescribeInstanceStatus"] =
        ec2_answer("DescribeInstanceStatus", "<instanceStatusSet>" + items + "</instanceStatusSet>");
  }
  void ask_for(Condition::Kind kind, const std::string& name = "") {
    policy.also_when.push_back({.name = "rule",
                                .priority = 0,
                                .all = {{.kind = kind, .metric = {}, .longer_than = {}, .name = name}}});
  }
};

TEST_F(ObservingInstances, KeepsOurTagsAndThoseThatRulesNameAndNoOthers) {
  ask_for(Condition::Kind::tag, "recycle");
  instances(tagged(kOne, {{"evenkeel:hold", "ann"}, {"recycle", "now"}, {"Name", "web-1"}}) +
            instance_xml(kTwo));
  const auto seen = observed().instances;
  EXPECT_EQ(seen.at(kOne).tags,
            (std::map<std::string, std::string>{{"evenkeel:hold", "ann"}, {"recycle", "now"}}));
  EXPECT_TRUE(seen.at(kTwo).tags.empty());
}

TEST_F(ObservingInstances, ATagsValueIsBounded) {
  instances(tagged(kOne, {{"evenkeel:remediate", std::string(10'000, 'x')}}) + instance_xml(kTwo));
  EXPECT_EQ(observed().instances.at(kOne).tags.at("evenkeel:remediate").size(), 256U);
}

TEST_F(ObservingInstances, OnlyARootKnownToBeEbsCanBeStopped) {
  instances(tagged(kOne, {}) + tagged(kTwo, {}, "instance-store"));
  EXPECT_TRUE(observed().instances.at(kOne).ebs_root);
  EXPECT_FALSE(observed().instances.at(kTwo).ebs_root);
  instances(instance_xml(kOne) + instance_xml(kTwo));
  EXPECT_FALSE(observed().instances.at(kOne).ebs_root) << "EC2 didn't say";
}

TEST_F(ObservingInstances, StatusesAreReadOnlyWhereARuleNeedsThem) {
  statuses(status_xml(kOne, "ok") + status_xml(kTwo, "ok"));
  ask_for(Condition::Kind::uptime);
  EXPECT_FALSE(observed().statuses_complete);
  EXPECT_EQ(asked["DescribeInstanceStatus"], 0);
  ask_for(Condition::Kind::scheduled_event);
  EXPECT_TRUE(observed().statuses_complete);
  EXPECT_EQ(asked["DescribeInstanceStatus"], 1);
  policy.also_when.clear();
  ask_for(Condition::Kind::status_check);
  EXPECT_TRUE(observed().statuses_complete);
  EXPECT_EQ(last["DescribeInstanceStatus"]["IncludeAllInstances"], "true");
}

TEST_F(ObservingInstances, AnImpairedCheckAndAnEventAreSeen) {
  ask_for(Condition::Kind::status_check);
  statuses(
      status_xml(
          kOne, "impaired",
          "<eventsSet><item><instanceEventId>e1</instanceEventId><code>instance-retirement</code><description>failing</description>"
          "<notBefore>2026-11-30T00:00:00Z</notBefore></item><item><code>system-reboot</code>"
          "<description>[Completed] it is over</description></item></eventsSet>") +
      status_xml(kTwo, "ok"));
  const auto seen = observed();
  const auto& one = seen.instances.at(kOne).status.value();
  EXPECT_EQ(one.check, StatusCheck::impaired);
  EXPECT_EQ(one.impaired_since, parse_iso8601("2026-11-22T06:00:00Z"));
  ASSERT_EQ(one.events.size(), 1U);
  EXPECT_EQ(one.events[0].code, "instance-retirement");
  EXPECT_EQ(one.events[0].id, "e1");
  EXPECT_EQ(one.events[0].not_before, parse_iso8601("2026-11-30T00:00:00Z"));
  EXPECT_EQ(seen.instances.at(kTwo).status->impaired_since, std::nullopt);
}

TEST_F(ObservingInstances, StatusesThatDidNotComeAreUnknown) {
  ask_for(Condition::Kind::status_check);
  answers["DescribeInstanceStatus"] = wire::ec2_error(403, "UnauthorizedOperation", "not you");
  auto seen = observed();
  EXPECT_FALSE(seen.statuses_complete);
  EXPECT_FALSE(seen.instances.at(kOne).status);
  EXPECT_EQ(seen.problems.size(), 1U);
  statuses("");
  seen = observed();
  EXPECT_FALSE(seen.statuses_complete) << "an empty list isn't everybody";
  EXPECT_FALSE(seen.instances.at(kOne).status);
  statuses(status_xml(kTwo, "ok"));
  seen = observed();
  EXPECT_FALSE(seen.statuses_complete);
  EXPECT_FALSE(seen.instances.at(kOne).status);
  EXPECT_TRUE(seen.instances.at(kTwo).status);
  ASSERT_EQ(seen.problems.size(), 1U);
  EXPECT_EQ(seen.problems[0].kind, Problem::Kind::statuses);
  EXPECT_NE(seen.problems[0].text.find("1 of 2"), std::string::npos) << seen.problems[0].text;
}

TEST_F(ObservingInstances, ATerminatedInstanceNeedsNoStatus) {
  ask_for(Condition::Kind::status_check);
  std::string gone = instance_xml(kOne);
  const std::string running = "<code>16</code><name>running</name>";
  gone.replace(gone.find(running), running.size(), "<code>48</code><name>terminated</name>");
  instances(gone + instance_xml(kTwo));
  statuses(status_xml(kTwo, "ok"));
  EXPECT_TRUE(observed().statuses_complete);
}

TEST_F(ObservingInstances, WithoutInstancesThereAreNoStatusesAndTheyAreNotComplete) {
  ask_for(Condition::Kind::status_check);
  answers["DescribeInstances"] = wire::ec2_error(403, "UnauthorizedOperation", "not you");
  const auto seen = observed();
  EXPECT_FALSE(seen.instances_complete);
  EXPECT_FALSE(seen.statuses_complete);
  EXPECT_EQ(asked["DescribeInstanceStatus"], 0) << "asked about nobody AWS answers with everybody";
}

}  // namespace
}  // namespace evenkeel::observe
