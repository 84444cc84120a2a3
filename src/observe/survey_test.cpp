#include "observe/testing/observing.h"

namespace evenkeel::observe {
namespace {

TEST_F(Observing, ASurveyReadsRememberedAttributesAfreshButNotTwiceInOneTick) {
  auto observation = observed();
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(asked["DescribeTargetGroupAttributes"], 1);
  cache.attributes[kArn].read_at -= 1min;
  observation = observed();
  EXPECT_EQ(asked["DescribeTargetGroupAttributes"], 1);
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(asked["DescribeTargetGroupAttributes"], 2);
}

TEST_F(Observing, ASurveyFindsRegistrationsInUnnamedGroups) {
  auto observation = observed();
  answers["DescribeTargetGroups"] =
      query_answer("DescribeTargetGroups", "<TargetGroups>" + group_xml(kArn, "tg1") +
                                               group_xml(kOther, "tg-other") + "</TargetGroups>");
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  const auto& found = observation.surveys.at(kOne);
  EXPECT_TRUE(found.complete);
  EXPECT_EQ(found.elsewhere_groups, std::vector<std::string>{"tg-other"});
  EXPECT_EQ(found.may_reboot, true);
  EXPECT_EQ(last["RebootInstances"]["DryRun"], "true");
  EXPECT_EQ(found.may_register, true);
  EXPECT_EQ(asked["RegisterTargets"], 0) << "it is draining: nothing is left to ask for";
  EXPECT_EQ(last["DescribeTargetHealth"]["TargetGroupArn"], kOther);
}

TEST_F(Observing, ASurveyLooksForEveryAddressOfTheInstance) {
  auto xml = instance_xml(kOne);
  xml.insert(xml.rfind("</item>"),
             "<networkInterfaceSet><item><privateIpAddress>10.0.0.1</privateIpAddress><privateIpAddressesSet>"
             "<item><privateIpAddress>10.0.0.77</privateIpAddress></item></privateIpAddressesSet></item>"
             "</networkInterfaceSet>");
  answers["DescribeInstances"] =
      ec2_answer("DescribeInstances",
                 "<reservationSet><item><instancesSet>" + xml + "</instancesSet></item></reservationSet>");
  auto observation = observed();
  auto other = group_xml(kOther, "tg-ip");
  other.replace(other.find("<TargetType>instance"), 20, "<TargetType>ip");
  answers["DescribeTargetGroups"] = query_answer(
      "DescribeTargetGroups", "<TargetGroups>" + group_xml(kArn, "tg1") + other + "</TargetGroups>");
  const auto elsewhere = [&](const std::string& target) {
    answers["DescribeTargetHealth"] = query_answer(
        "DescribeTargetHealth",
        "<TargetHealthDescriptions>" + health_xml(target, 80, "healthy") + "</TargetHealthDescriptions>");
    observation.elsewhere.reset();  // it is read once a tick
    answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
    return observation.surveys.at(kOne).elsewhere_groups;
  };
  EXPECT_EQ(elsewhere("10.0.0.77"), std::vector<std::string>{"tg-ip"});
  EXPECT_EQ(elsewhere("10.0.0.1"), std::vector<std::string>{"tg-ip"});
  EXPECT_EQ(elsewhere("10.0.0.7"), std::vector<std::string>{});
}

TEST_F(Observing, ANamedGroupThatHoldsItByAddressIsSeenByEveryLook) {
  policy.target_groups = {"tg1", "tg-ip"};
  auto other = group_xml(kOther, "tg-ip");
  other.replace(other.find("<TargetType>instance"), 20, "<TargetType>ip");
  answers["DescribeTargetGroups"] = query_answer(
      "DescribeTargetGroups", "<TargetGroups>" + group_xml(kArn, "tg1") + other + "</TargetGroups>");
  const auto targets = [&](const std::string& word) {
    answers["DescribeTargetHealth"] = query_answer(
        "DescribeTargetHealth", "<TargetHealthDescriptions>" + health_xml(kOne, 443, word) +
                                    health_xml("10.0.0.1", 80, word) + "</TargetHealthDescriptions>");
  };
  targets("healthy");
  auto observation = observed();
  const auto held = [&](TargetState is) {
    const auto group = std::ranges::find(observation.target_groups, kOther, &TargetGroup::arn);
    return std::ranges::count_if(*group->registrations, [&](const Registration& one) {
      return one.instance_id == kOne && one.port == 80 && one.by_address && one.state == is;
    });
  };
  EXPECT_EQ(held(TargetState::healthy), 1);
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(observation.surveys.at(kOne).elsewhere_groups, (std::vector<std::string>{"tg-ip", "tg-ip"}));
  targets("draining");
  answer({Question::Kind::places, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(held(TargetState::draining), 1) << "the last look names it too";
}

wire::Response classic_answer(const std::string& name, const std::string& instance_id) {
  return query_answer("DescribeLoadBalancers",
                      "<LoadBalancerDescriptions><member><LoadBalancerName>" + name +
                          "</LoadBalancerName><Instances><member><InstanceId>" + instance_id +
                          "</InstanceId></member></Instances></member></LoadBalancerDescriptions>");
}

TEST_F(Observing, ASurveyFindsTheClassicLoadBalancersThatListIt) {
  auto observation = observed();
  answers["DescribeLoadBalancers"] = classic_answer("old", kOne);
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(observation.surveys.at(kOne).classic, std::vector<std::string>{"Classic Load Balancer old"});
  EXPECT_TRUE(observation.surveys.at(kOne).complete);
  EXPECT_EQ(last["DescribeLoadBalancers"]["Version"], "2012-06-01");

  answers["DescribeLoadBalancers"] = classic_answer("old", "i-other");
  answer({Question::Kind::places, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(observation.surveys.at(kOne).classic, std::vector<std::string>{}) << "the last look looks again";
  answers["DescribeLoadBalancers"] = query_error(403, "AccessDenied", "no");
  answer({Question::Kind::places, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_FALSE(observation.surveys.at(kOne).complete) << "unknown does not permit";
}

TEST_F(Observing, ARegionWithoutClassicLoadBalancersIsAskedOnceATick) {
  auto observation = observed();
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  answer({Question::Kind::places, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(asked["DescribeLoadBalancers"], 1);
}

TEST_F(Observing, StopProtectionIsAskedForWhereATreatmentStops) {
  auto observation = observed();
  answers["DescribeInstanceAttribute"] =
      ec2_answer("DescribeInstanceAttribute",
                 "<instanceId>i</instanceId><disableApiStop><value>true</value></disableApiStop>");
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(asked["DescribeInstanceAttribute"], 0);
  EXPECT_EQ(observation.instances.at(kOne).stop_protected, std::nullopt);
  policy.treatments.push_back({.treatment = Treatment::stop_start, .attempts = 1, .document = {}});
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(observation.instances.at(kOne).stop_protected, true);
  answers.erase("DescribeInstanceAttribute");
  observation = observed();
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(observation.instances.at(kOne).stop_protected, std::nullopt) << "denied is unknown";
}

struct ObservingZones : Observing {
  std::optional<bool> zonal(const std::string& balancer, const std::string& own) {
    auto group = group_xml(kArn, "tg1");
    group.replace(group.find("<member>lb</member>"), 19, "<member>" + balancer + "</member>");
    answers["DescribeTargetGroups"] =
        query_answer("DescribeTargetGroups", "<TargetGroups>" + group + "</TargetGroups>");
    answers["DescribeTargetGroupAttributes"] =
        query_answer("DescribeTargetGroupAttributes",
                     "<Attributes><member><Key>load_balancing.cross_zone.enabled</Key><Value>" + own +
                         "</Value></member></Attributes>");
    cache = {};
    return observed().target_groups.at(0).zonal;
  }
  void of_load_balancer(const std::string& value) {
    answers["DescribeLoadBalancerAttributes"] =
        query_answer("DescribeLoadBalancerAttributes",
                     "<Attributes><member><Key>load_balancing.cross_zone.enabled</Key><Value>" + value +
                         "</Value></member></Attributes>");
  }
  const std::string network = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/web/1";
  const std::string application = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/1";
};

TEST_F(ObservingZones, AZonesRequestsStayThereWhereCrossZoneIsOff) {
  EXPECT_EQ(zonal(application, "use_load_balancer_configuration"), false);
  EXPECT_EQ(zonal(application, "false"), true);
  EXPECT_EQ(zonal(network, "true"), false);
  EXPECT_EQ(zonal(network, "false"), true);
  EXPECT_EQ(asked["DescribeLoadBalancerAttributes"], 0);
  EXPECT_EQ(zonal(network, "use_load_balancer_configuration"), std::nullopt) << "denied is unknown";
  of_load_balancer("false");
  EXPECT_EQ(zonal(network, "use_load_balancer_configuration"), true);
  EXPECT_EQ(last["DescribeLoadBalancerAttributes"]["LoadBalancerArn"], network);
  of_load_balancer("true");
  EXPECT_EQ(zonal(network, "use_load_balancer_configuration"), false);
  EXPECT_EQ(zonal(network, "use_load_balancer_configuration"), false);
  observed();
  EXPECT_EQ(asked["DescribeLoadBalancerAttributes"], 4) << "remembered with the target group's";
}

TEST_F(Observing, ASurveyFindsOutWhetherItCouldBePutBack) {
  auto observation = observed();
  const auto may_register = [&](const wire::Response& probe) {
    answers["RegisterTargets"] = probe;
    observation.way_back.clear();
    answer({Question::Kind::survey, {kTwo}, {}}, policy, account.caller, cache, observation);
    return observation.surveys.at(kTwo).may_register;
  };
  answers["DeregisterTargets"] = query_answer("DeregisterTargets", "");
  EXPECT_EQ(may_register(query_error(400, "InvalidTarget", "no such instance")), true);
  EXPECT_EQ(may_register(query_error(403, "AccessDenied", "not you")), false);
  EXPECT_NE(observation.surveys.at(kTwo).detail.find("tg1: elasticloadbalancing:RegisterTargets"),
            std::string::npos);
  EXPECT_EQ(last["RegisterTargets"]["Targets.member.1.Id"], "i-00000000000000000");
  EXPECT_EQ(last["RegisterTargets"]["TargetGroupArn"], kArn);
  EXPECT_EQ(may_register(query_error(400, "ValidationError", "?")), std::nullopt);
  EXPECT_EQ(may_register(query_answer("RegisterTargets", "")), true);
  EXPECT_EQ(last["DeregisterTargets"]["Targets.member.1.Id"], "i-00000000000000000") << "left as it was";
}

TEST_F(Observing, TheRegionIsReadOnceForAllSurveys) {
  answers["RegisterTargets"] = query_error(400, "InvalidTarget", "no such instance");
  answers["DescribeTargetGroups"] =
      query_answer("DescribeTargetGroups", "<TargetGroups>" + group_xml(kArn, "tg1") +
                                               group_xml(kOther, "tg-other") + "</TargetGroups>");
  auto observation = observed();
  asked.clear();
  answer({Question::Kind::survey, {kOne, kTwo}, {}}, policy, account.caller, cache, observation);
  answer({Question::Kind::survey, {kTwo}, {}}, policy, account.caller, cache, observation);
  EXPECT_EQ(asked["DescribeTargetGroups"], 1);
  EXPECT_EQ(asked["DescribeTargetHealth"], 1) << "of the other group";
  EXPECT_EQ(asked["RegisterTargets"], 1) << "the answer is the same for every member";
  EXPECT_EQ(observation.surveys.at(kOne).elsewhere_groups, std::vector<std::string>{"tg-other"});
}

TEST_F(Observing, ALastLookReadsThePlacesAgain) {
  auto observation = observed();
  ASSERT_TRUE(observation.target_groups.at(0).registrations);
  answers["DescribeTargetHealth"] = query_error(403, "AccessDenied", "not you");
  answer({Question::Kind::places, {kTwo}, {}}, policy, account.caller, cache, observation);
  EXPECT_FALSE(observation.target_groups.at(0).registrations) << "what can't be read is unknown";
  EXPECT_TRUE(observation.looked_again.contains(kTwo));
  EXPECT_FALSE(observation.problems.empty());
}

TEST_F(Observing, ALookAloneAsksForNoRegistration) {
  auto observation = observed();
  answer({Question::Kind::survey, {kTwo}, {}}, policy, account.caller, cache, observation, Probing::no);
  EXPECT_EQ(asked["RegisterTargets"], 0);
  EXPECT_EQ(observation.surveys.at(kTwo).may_register, true);
}

TEST_F(Observing, ASurveySkipsGroupsThatCanNotHoldTheInstance) {
  auto observation = observed();
  std::string far = group_xml(kOther, "tg-far");
  const auto at = far.find("<VpcId>vpc-1<");
  ASSERT_NE(at, std::string::npos);
  far.replace(at, 12, "<VpcId>vpc-2");
  answers["DescribeTargetGroups"] = query_answer(
      "DescribeTargetGroups", "<TargetGroups>" + group_xml(kArn, "tg1") + far + "</TargetGroups>");
  asked["DescribeTargetHealth"] = 0;
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_TRUE(observation.surveys.at(kOne).complete);
  EXPECT_EQ(asked["DescribeTargetHealth"], 0);
}

TEST_F(Observing, ASurveyThatCouldNotAskEverywhereIsIncomplete) {
  auto observation = observed();
  answers["DescribeTargetGroups"] = query_error(403, "AccessDenied", "not you");
  answers["RebootInstances"] = wire::ec2_error(403, "UnauthorizedOperation", "not you");
  answer({Question::Kind::survey, {kOne}, {}}, policy, account.caller, cache, observation);
  EXPECT_FALSE(observation.surveys.at(kOne).complete);
  EXPECT_EQ(observation.surveys.at(kOne).may_reboot, false);
}

const wire::Response kAllowed = wire::ec2_error(412, "DryRunOperation", "Request would have succeeded");
const wire::Response kDenied = wire::ec2_error(403, "UnauthorizedOperation", "not you");

struct Surveying : Observing {
  void SetUp() override {
    Observing::SetUp();
    answers["RegisterTargets"] = query_error(400, "InvalidTarget", "no such instance");
    answers["StopInstances"] = answers["StartInstances"] = kAllowed;
  }
  Survey survey_of(const std::string& id, Probing probing = Probing::yes, bool way_out = false) {
    auto observation = observed();
    asked.clear();
    Question question{.kind = Question::Kind::survey, .instance_ids = {id}, .lookback = {}};
    question.way_out = way_out;
    answer(question, policy, account.caller, cache, observation, probing);
    problems = observation.problems.size();
    return observation.surveys.at(id);
  }
  void treatments(const std::vector<Treatment>& treatments) {
    policy.treatments.clear();
    for (const auto treatment : treatments)
      policy.treatments.push_back({.treatment = treatment, .attempts = 1, .document = {}});
  }
  void status(const std::string& items) {
    answers["DescribeInstanceStatus"] =
        ec2_answer("DescribeInstanceStatus", "<instanceStatusSet>" + items + "</instanceStatusSet>");
  }
  std::size_t problems = 0;
};

TEST_F(Surveying, CostsTwoCallsMoreThanThePermissionsAndTheGroups) {
  status("<item><instanceId>" + std::string(kTwo) + "</instanceId></item>");
  survey_of(kTwo);
  EXPECT_EQ(asked, (std::map<std::string, int>{{"DescribeTargetGroups", 1},
                                               {"DescribeLoadBalancers", 1},
                                               {"DescribeInstanceStatus", 1},
                                               {"RebootInstances", 1},
                                               {"RegisterTargets", 1}}));
}

TEST_F(Surveying, ScheduledEventsAreSeen) {
  status("<item><instanceId>" + std::string(kTwo) +
         "</instanceId><eventsSet><item><code>instance-stop</code><description>soon</description></item>"
         "</eventsSet></item>");
  const auto found = survey_of(kTwo);
  ASSERT_TRUE(found.events);
  EXPECT_EQ(found.events->at(0).code, "instance-stop");
  status("<item><instanceId>" + std::string(kTwo) + "</instanceId></item>");
  EXPECT_TRUE(survey_of(kTwo).events->empty());
}

TEST_F(Surveying, EventsThatCouldNotBeReadAreUnknown) {
  answers["DescribeInstanceStatus"] = kDenied;
  EXPECT_FALSE(survey_of(kTwo).events);
  EXPECT_NE(survey_of(kTwo).detail.find("403"), std::string::npos) << "the reason says why";
  EXPECT_EQ(problems, 1U);
  status("");
  EXPECT_FALSE(survey_of(kTwo).events) << "an empty list isn't a word on this instance";
  EXPECT_EQ(problems, 1U);
}

TEST_F(Surveying, TreatmentsWithStopAndStartNeedBothPermissionsToo) {
  treatments({Treatment::command, Treatment::reboot, Treatment::stop_start});
  EXPECT_EQ(survey_of(kTwo).may_reboot, true);
  for (const char* action : {"RebootInstances", "StopInstances", "StartInstances"}) {
    EXPECT_EQ(last[action]["DryRun"], "true");
    answers[action] = kDenied;
    EXPECT_EQ(survey_of(kTwo).may_reboot, false) << action;
    answers[action] = wire::ec2_error(400, "InvalidParameterValue", "?");
    EXPECT_EQ(survey_of(kTwo).may_reboot, std::nullopt) << action;
    answers[action] = kAllowed;
  }
}

TEST_F(Surveying, WhetherItMayBeMarkedIsAskedWhereThePolicyWantsIt) {
  EXPECT_EQ(survey_of(kTwo).may_mark, true);
  EXPECT_EQ(asked["CreateTags"] + asked["DeleteTags"], 0);
  policy.witness_tag = true;
  answers["CreateTags"] = answers["DeleteTags"] = kAllowed;
  answers["RegisterTargets"] = answers["DeregisterTargets"] =
      query_error(400, "InvalidTarget", "no such instance");
  EXPECT_EQ(survey_of(kTwo).may_mark, true);
  for (const char* action : {"CreateTags", "DeleteTags"}) {
    EXPECT_EQ(last[action]["DryRun"], "true");
    EXPECT_EQ(last[action]["Tag.1.Key"], "evenkeel:state");
    answers[action] = kDenied;
    EXPECT_EQ(survey_of(kTwo).may_mark, false) << action;
    EXPECT_EQ(survey_of(kTwo).may_register, true) << "the way back does not hang on it";
    answers[action] = wire::ec2_error(400, "InvalidParameterValue", "?");
    EXPECT_EQ(survey_of(kTwo).may_mark, std::nullopt) << action;
    answers[action] = kAllowed;
  }
}

TEST_F(Surveying, OnlyThePolicysTreatmentsAreAskedFor) {
  treatments({Treatment::reboot});
  survey_of(kTwo);
  EXPECT_EQ(asked["StopInstances"] + asked["StartInstances"], 0);
  treatments({Treatment::none});
  answers["RebootInstances"] = kDenied;
  const auto found = survey_of(kTwo);
  EXPECT_EQ(found.may_reboot, true) << "nobody wants to reboot it";
  EXPECT_EQ(asked["RebootInstances"], 0);
  EXPECT_EQ(found.may_register, true);
}

TEST_F(Surveying, WhetherItMayBeTakenOutIsAskedOfEveryGroupThatItLeavesByDeregistration) {
  const auto probe = [&](const wire::Response& told) {
    answers["DeregisterTargets"] = told;
    return survey_of(kTwo, Probing::yes, true).may_deregister;
  };
  EXPECT_EQ(probe(query_error(400, "InvalidTarget", "no such instance")), true);
  EXPECT_EQ(last["DeregisterTargets"]["Targets.member.1.Id"], "i-00000000000000000");
  EXPECT_EQ(probe(query_error(403, "AccessDenied", "not you")), false);
  EXPECT_EQ(probe(query_error(400, "ValidationError", "?")), std::nullopt);
  EXPECT_EQ(survey_of(kTwo, Probing::no, true).may_deregister, true);
  EXPECT_EQ(asked["DeregisterTargets"], 0) << "whoever only looks";
}

TEST_F(Surveying, AServerThatLeavesByStandbyMustBeAbleToComeBackFromIt) {
  policy.auto_scaling_group = "web-asg";
  scaling({.members = {{kTwo, "InService", "Healthy"}}});
  const auto probe = [&](const wire::Response& told) {
    answers["ExitStandby"] = told;
    return survey_of(kTwo).may_register;
  };
  const auto allowed = query_error(
      400, "ValidationError", "The instance i-00000000000000000 is not part of Auto Scaling group web-asg.");
  EXPECT_EQ(probe(allowed), true);
  EXPECT_EQ(last["ExitStandby"]["InstanceIds.member.1"], "i-00000000000000000");
  EXPECT_EQ(probe(query_error(403, "AccessDenied", "not you")), false);
  EXPECT_EQ(probe(query_error(400, "ValidationError", "AutoScalingGroup name not found")), std::nullopt);
  EXPECT_EQ(survey_of(kTwo, Probing::no).may_register, true);
  EXPECT_EQ(asked["ExitStandby"], 0) << "whoever only looks";
  policy.leave_by = Leave::deregister;
  EXPECT_EQ(survey_of(kTwo).may_register, true);
  EXPECT_EQ(asked["ExitStandby"], 0);
  policy.leave_by = Leave::standby;
  scaling({});
  EXPECT_EQ(survey_of(kTwo).may_register, true);
  EXPECT_EQ(asked["ExitStandby"], 0) << "it isn't a member of the group";
}

TEST_F(Surveying, AGroupThatIsReadForAnotherRemediationIsElsewhereToo) {
  Remediation open;
  open.instance_id = kOne;
  open.snapshot = {{kOther, "tg-other", 443, false}};
  state.open = {open};
  const auto found = survey_of(kTwo);
  EXPECT_EQ(found.elsewhere_groups, std::vector<std::string>{"tg-other"});
  answers["DescribeTargetHealth"] = query_error(403, "AccessDenied", "not you");
  EXPECT_FALSE(survey_of(kTwo).complete);
}

}  // namespace
}  // namespace evenkeel::observe
