#include "aws/ec2.h"

#include <gtest/gtest.h>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::aws::ec2 {
namespace {

using wire::ec2_answer;
using wire::ec2_error;
using wire::form_of;
using wire::Request;
using wire::ScriptedAccount;
using Form = std::map<std::string, std::string>;

std::string instance_xml(const std::string& id, int code = 16) {
  return "<item><instanceId>" + id + "</instanceId><instanceState><code>" + std::to_string(code) +
         "</code><name>running</name></instanceState><rootDeviceType>ebs</"
         "rootDeviceType><privateIpAddress>10.0.0.1</privateIpAddress>"
         "<instanceType>m5.large</instanceType><launchTime>2026-11-20T10:00:00.000Z</launchTime>"
         "<placement><availabilityZone>eu-west-1a</availabilityZone></placement><vpcId>vpc-1</vpcId>"
         "<tagSet><item><key>Name</key><value>web</value></item><item><key>empty</key><value/></item></"
         "tagSet></item>";
}

std::string reservation(const std::string& instances) {
  return "<item><reservationId>r-1</reservationId><instancesSet>" + instances + "</instancesSet></item>";
}

TEST(Ec2, ReadsAnInstanceAndMasksItsStateCode) {
  ScriptedAccount account([](const Request&) {
    return ec2_answer("DescribeInstances",
                      "<reservationSet>" + reservation(instance_xml("i-1", 256 + 16)) + "</reservationSet>");
  });
  const std::vector<std::string> ids = {"i-1"};
  const auto instances = describe_instances(account.caller, ids);
  ASSERT_TRUE(instances) << instances.error().message;
  const Instance& instance = instances->value.at(0);
  EXPECT_EQ(instance.id, "i-1");
  EXPECT_EQ(instance.state, "running");
  EXPECT_EQ(iso8601(instance.launch_time), "2026-11-20T10:00:00Z");
  EXPECT_EQ(instance.availability_zone, "eu-west-1a");
  EXPECT_EQ(instance.private_ip, "10.0.0.1");
  EXPECT_EQ(instance.vpc_id, "vpc-1");
  EXPECT_EQ(instance.root_device_type, "ebs");
  EXPECT_EQ(instance.tags, (std::map<std::string, std::string>{{"Name", "web"}, {"empty", ""}}));
}

TEST(Ec2, ReadsWhetherARebootMayMoveAnInstance) {
  std::string told = instance_xml("i-1");
  told.replace(told.find("<vpcId>"), 0,
               "<maintenanceOptions><autoRecovery>default</autoRecovery>"
               "<rebootMigration>default</rebootMigration></maintenanceOptions>");
  ScriptedAccount account([&](const Request&) {
    return ec2_answer("DescribeInstances",
                      "<reservationSet>" + reservation(told + instance_xml("i-2")) + "</reservationSet>");
  });
  const std::vector<std::string> ids = {"i-1", "i-2"};
  const auto instances = describe_instances(account.caller, ids);
  ASSERT_TRUE(instances) << instances.error().message;
  EXPECT_EQ(instances->value.at(0).reboot_migration, "default");
  EXPECT_EQ(instances->value.at(1).reboot_migration, "");
}

TEST(Ec2, ReadsEveryAddressOfAnInstance) {
  ScriptedAccount account([](const Request&) {
    auto xml = instance_xml("i-1");
    xml.insert(
        xml.rfind("</item>"),
        "<networkInterfaceSet><item><privateIpAddress>10.0.0.1</privateIpAddress><privateIpAddressesSet>"
        "<item><privateIpAddress>10.0.0.1</privateIpAddress></item><item><privateIpAddress>10.0.0.9"
        "</privateIpAddress></item></privateIpAddressesSet><ipv6AddressesSet><item><ipv6Address>fd00::1"
        "</ipv6Address></item></ipv6AddressesSet></item><item><privateIpAddress>10.0.1.7"
        "</privateIpAddress><ipv4PrefixSet><item><ipv4Prefix>10.0.2.16/28</ipv4Prefix></item>"
        "</ipv4PrefixSet></item></networkInterfaceSet>");
    return ec2_answer("DescribeInstances", "<reservationSet>" + reservation(xml) + "</reservationSet>");
  });
  const std::vector<std::string> ids = {"i-1"};
  const auto instances = describe_instances(account.caller, ids);
  ASSERT_TRUE(instances) << instances.error().message;
  EXPECT_EQ(instances->value.at(0).addresses,
            (std::vector<std::string>{"10.0.0.1", "10.0.0.9", "10.0.1.7", "10.0.2.16/28", "fd00::1"}));
}

TEST(Ec2, PutsOneTagOnAndTakesItOffByItsValue) {
  Form asked;
  ScriptedAccount account([&](const Request& request) {
    asked = form_of(request);
    return ec2_answer(asked["Action"], "<return>true</return>");
  });
  const Time at = *parse_iso8601("2026-11-22T06:44:00Z");
  for (const auto& [action, call] : {std::pair{"CreateTags", &create_tag}, {"DeleteTags", &delete_tag}}) {
    EXPECT_TRUE(call(account.caller, "i-1", {"evenkeel:state", "web/i-1"}, at, "n-1").outcome);
    EXPECT_EQ(asked["Action"], action);
    EXPECT_EQ(asked["ResourceId.1"], "i-1");
    EXPECT_EQ(asked["Tag.1.Key"], "evenkeel:state");
    EXPECT_EQ(asked["Tag.1.Value"], "web/i-1");
    EXPECT_FALSE(asked.contains("DryRun"));
  }
}

TEST(Ec2, AsksWhetherItMayTagWithoutDoingIt) {
  std::string told = "DryRunOperation";
  Form asked;
  ScriptedAccount account([&](const Request& request) {
    asked = form_of(request);
    return ec2_error(told == "DryRunOperation" ? 412 : 403, told.c_str(), "?");
  });
  for (const auto ask : {create_tag_dry_run, delete_tag_dry_run}) {
    told = "DryRunOperation";
    EXPECT_TRUE(ask(account.caller, "i-1", {"k", "v"}).value().value.allowed);
    EXPECT_EQ(asked["DryRun"], "true");
    EXPECT_EQ(asked["Tag.1.Key"], "k");
    told = "UnauthorizedOperation";
    EXPECT_FALSE(ask(account.caller, "i-1", {"k", "v"}).value().value.allowed);
  }
}

TEST(Ec2, FindsWhoCarriesATagPageByPage) {
  ScriptedAccount account([](const Request& request) {
    auto form = form_of(request);
    EXPECT_EQ(form["Filter.1.Name"], "tag-key");
    EXPECT_EQ(form["Filter.1.Value.1"], "empty");
    const bool first = form["NextToken"].empty();
    return ec2_answer("DescribeInstances",
                      "<reservationSet>" + reservation(instance_xml(first ? "i-1" : "i-2")) +
                          "</reservationSet>" + (first ? "<nextToken>t</nextToken>" : "<nextToken/>"));
  });
  EXPECT_EQ(describe_instances_with_tag(account.caller, "empty").value().value.size(), 2U);
}

TEST(Ec2, ReadsStopProtection) {
  std::string value = "true";
  ScriptedAccount account([&](const Request& request) {
    auto form = form_of(request);
    EXPECT_EQ(form["InstanceId"], "i-1");
    EXPECT_EQ(form["Attribute"], "disableApiStop");
    return ec2_answer("DescribeInstanceAttribute", "<instanceId>i-1</instanceId><disableApiStop><value>" +
                                                       value + "</value></disableApiStop>");
  });
  EXPECT_EQ(stop_protection(account.caller, "i-1").value().value, true);
  value = "false";
  EXPECT_EQ(stop_protection(account.caller, "i-1").value().value, false);
  value = "";
  EXPECT_FALSE(stop_protection(account.caller, "i-1"));
}

TEST(Ec2, AsksForInstancesByFilterWithinItsLimitAndFollowsPages) {
  ScriptedAccount account([](const Request& request) {
    auto form = form_of(request);
    EXPECT_EQ(form["Filter.1.Name"], "instance-id");
    EXPECT_EQ(form["MaxResults"], "1000");
    EXPECT_FALSE(form.contains("InstanceId.1"));
    EXPECT_FALSE(form.contains("Filter.1.Value.201"));
    const bool first = form["NextToken"].empty() && form["Filter.1.Value.1"] == "i-000";
    return ec2_answer("DescribeInstances",
                      "<reservationSet>" +
                          reservation(instance_xml(first ? "i-001" : form["Filter.1.Value.1"])) +
                          "</reservationSet>" + (first ? "<nextToken>t</nextToken>" : "<nextToken/>"));
  });
  std::vector<std::string> ids;
  for (int i = 399; i >= 0; --i) ids.push_back("i-" + std::to_string(1000 + i).substr(1));
  ids.push_back("i-000");
  const auto instances = describe_instances(account.caller, ids);
  ASSERT_TRUE(instances) << instances.error().message;
  EXPECT_EQ(account.transport.batches, (std::vector<std::size_t>{2, 1}));
  std::vector<std::string> found;
  for (const auto& instance : instances->value) found.push_back(instance.id);
  EXPECT_EQ(found, (std::vector<std::string>{"i-000", "i-001", "i-200"}));
}

TEST(Ec2, NeverTakesNoIdsForAllInstances) {
  ScriptedAccount account([](const Request&) { return ec2_answer("DescribeInstances", ""); });
  ASSERT_EQ(wire::kind_of(describe_instances(account.caller, {})), ErrorKind::invalid);
  EXPECT_TRUE(account.transport.requests.empty());
}

TEST(Ec2, LosesTheWholeAnswerRatherThanPartOfIt) {
  for (const std::string& body :
       {std::string{"<reservationSet>" + reservation(instance_xml("i-1")) +
                    reservation("<item><instanceId>i-2</instanceId></item>") + "</reservationSet>"},
        std::string{"<reservationSet><item/></reservationSet>"}, std::string{}}) {
    ScriptedAccount account([&](const Request&) { return ec2_answer("DescribeInstances", body); });
    const std::vector<std::string> ids = {"i-1", "i-2"};
    ASSERT_EQ(wire::kind_of(describe_instances(account.caller, ids)), ErrorKind::invalid);
  }
}

TEST(Ec2, SendsARebootOnceSignedWithTheIntentOnItsOwnConnection) {
  ScriptedAccount account(
      [](const Request&) { return ec2_answer("RebootInstances", "<return>true</return>"); });
  const Mutation reboot =
      reboot_instance(account.caller, "i-1", account.clock.time - std::chrono::minutes{1}, "n0nce");
  EXPECT_EQ(reboot.outcome, wire::aws_date());
  EXPECT_FALSE(reboot.may_land_late);
  ASSERT_EQ(account.transport.requests.size(), 1U);
  const Request& request = account.transport.requests[0];
  EXPECT_TRUE(request.at_most_once);
  EXPECT_EQ(request.timeout, Duration{10'000});
  EXPECT_EQ(request.body, "Action=RebootInstances&Version=2016-11-15&InstanceId.1=i-1");
  EXPECT_EQ(wire::header_of(request, "X-Amz-Date"), "20261122T064400Z");
  EXPECT_TRUE(wire::header_of(request, "User-Agent").ends_with("md/intent#n0nce"));
}

TEST(Ec2, TakesAnAnswerWithoutReturnForAnAcceptedReboot) {
  ScriptedAccount account([](const Request&) { return ec2_answer("RebootInstances", ""); });
  EXPECT_TRUE(reboot_instance(account.caller, "i-1", account.clock.time, "n").outcome);
}

TEST(Ec2, NeverSendsARebootTwiceWhateverHappens) {
  for (const auto& [failure, kind] :
       {std::pair{wire::reply_lost(), ErrorKind::maybe_happened},
        {wire::connection_refused(), ErrorKind::unavailable},
        {Result<wire::Response>{ec2_error(500, "InternalError", "")}, ErrorKind::maybe_happened},
        {Result<wire::Response>{ec2_error(503, "RequestLimitExceeded", "")}, ErrorKind::throttled},
        {Result<wire::Response>{ec2_error(400, "RequestExpired", "")}, ErrorKind::rejected},
        {Result<wire::Response>{wire::respond(200, "<html>")}, ErrorKind::maybe_happened},
        {Result<wire::Response>{ec2_answer("RebootInstances", "<return>false</return>")},
         ErrorKind::maybe_happened},
        {Result<wire::Response>{ec2_answer("RebootInstances", "<return>1</return>")},
         ErrorKind::maybe_happened}}) {
    ScriptedAccount account([&](const Request&) { return failure; });
    const Mutation reboot = reboot_instance(account.caller, "i-1", account.clock.time, "n");
    ASSERT_FALSE(reboot.outcome);
    EXPECT_EQ(std::string{name(reboot.outcome.error().kind)}, name(kind)) << reboot.outcome.error().message;
    EXPECT_EQ(reboot.may_land_late, kind == ErrorKind::maybe_happened);
    EXPECT_EQ(account.transport.requests.size(), 1U);
  }
}

TEST(Ec2, TellsFromADryRunWhetherARebootIsAllowed) {
  ScriptedAccount allowed([](const Request& request) {
    EXPECT_EQ(form_of(request)["DryRun"], "true");
    return ec2_error(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
  });
  const auto yes = reboot_dry_run(allowed.caller, "i-1");
  ASSERT_TRUE(yes);
  EXPECT_TRUE(yes->value.allowed);
  EXPECT_EQ(yes->date, wire::aws_date());

  ScriptedAccount denied(
      [](const Request&) { return ec2_error(403, "UnauthorizedOperation", "You are not allowed"); });
  const auto no = reboot_dry_run(denied.caller, "i-1");
  ASSERT_TRUE(no);
  EXPECT_FALSE(no->value.allowed);
  EXPECT_NE(no->value.message.find("You are not allowed"), std::string::npos);
}

TEST(Ec2, TakesNothingElseForADryRunsAnswer) {
  for (const auto& [response, kind] :
       {std::pair{ec2_answer("RebootInstances", "<return>true</return>"), ErrorKind::maybe_happened},
        {ec2_error(400, "InvalidInstanceID.NotFound", ""), ErrorKind::not_found},
        {ec2_error(403, "AuthFailure", ""), ErrorKind::denied},
        {wire::Response{412, {}, ec2_error(412, "DryRunOperation", "").body}, ErrorKind::invalid}}) {
    ScriptedAccount account([&](const Request&) { return response; });
    const auto permission = reboot_dry_run(account.caller, "i-1");
    ASSERT_FALSE(permission);
    EXPECT_EQ(std::string{name(permission.error().kind)}, name(kind));
  }
}

TEST(Ec2, AsksByDryRunForStopAndStartToo) {
  for (const auto& [action, ask] :
       {std::pair{"StopInstances", &stop_dry_run}, {"StartInstances", &start_dry_run}}) {
    bool allowed = true;
    ScriptedAccount account([&](const Request& request) {
      EXPECT_EQ(form_of(request)["Action"], action);
      EXPECT_EQ(form_of(request)["InstanceId.1"], "i-1");
      EXPECT_EQ(form_of(request)["DryRun"], "true");
      return allowed ? ec2_error(412, "DryRunOperation", "would have succeeded")
                     : ec2_error(403, "UnauthorizedOperation", "You are not allowed");
    });
    EXPECT_TRUE(ask(account.caller, "i-1")->value.allowed);
    allowed = false;
    EXPECT_FALSE(ask(account.caller, "i-1")->value.allowed);
  }
}

wire::Response stopping(const std::string& id, int code) {
  return ec2_answer("StopInstances", "<instancesSet><item><instanceId>" + id +
                                         "</instanceId><currentState><code>" + std::to_string(code) +
                                         "</code><name>x</name></currentState></item></instancesSet>");
}

TEST(Ec2, StopsOnceSignedWithTheIntentAndWithoutForce) {
  ScriptedAccount account([](const Request&) { return stopping("i-1", 256 + 64); });
  const Mutation stop =
      stop_instance(account.caller, "i-1", account.clock.time - std::chrono::minutes{1}, "n0nce");
  EXPECT_EQ(stop.outcome, wire::aws_date());
  const Request& request = account.transport.requests.at(0);
  EXPECT_TRUE(request.at_most_once);
  EXPECT_EQ(request.body, "Action=StopInstances&Version=2016-11-15&InstanceId.1=i-1");
  EXPECT_EQ(wire::header_of(request, "X-Amz-Date"), "20261122T064400Z");
  EXPECT_TRUE(wire::header_of(request, "User-Agent").ends_with("md/intent#n0nce"));
}

TEST(Ec2, NeverSendsAStopTwiceWhateverHappens) {
  for (const auto& [failure, kind] :
       {std::pair{wire::reply_lost(), ErrorKind::maybe_happened},
        {wire::connection_refused(), ErrorKind::unavailable},
        {Result<wire::Response>{ec2_error(400, "IncorrectInstanceState", "pending")}, ErrorKind::rejected},
        {Result<wire::Response>{ec2_error(400, "OperationNotPermitted", "protected")}, ErrorKind::rejected},
        {Result<wire::Response>{ec2_error(400, "UnsupportedOperation", "instance store")},
         ErrorKind::rejected},
        {Result<wire::Response>{stopping("i-1", 16)}, ErrorKind::maybe_happened}}) {
    ScriptedAccount account([&](const Request&) { return failure; });
    const Mutation stop = stop_instance(account.caller, "i-1", account.clock.time, "n");
    EXPECT_EQ(wire::kind_of(stop.outcome), kind);
    EXPECT_EQ(account.transport.requests.size(), 1U);
  }
}

TEST(Ec2, TakesAStopsAnswerAboutAnotherInstanceForNoRefusal) {
  ScriptedAccount account([](const Request&) { return stopping("i-2", 16); });
  EXPECT_TRUE(stop_instance(account.caller, "i-1", account.clock.time, "n").outcome);
}

TEST(Ec2, StartsAgainWhatMayNotHaveStarted) {
  int attempts = 0;
  ScriptedAccount account([&](const Request& request) -> Result<wire::Response> {
    EXPECT_EQ(wire::header_of(request, "X-Amz-Date"), "20261122T064500Z");
    if (++attempts == 1) return wire::reply_lost();
    return ec2_answer("StartInstances", "<instancesSet/>");
  });
  const Mutation start = start_instance(account.caller, "i-1", account.clock.time, "n");
  EXPECT_TRUE(start.outcome);
  EXPECT_TRUE(start.may_land_late);
  EXPECT_EQ(attempts, 2);
}

TEST(Ec2, AStartForWhichThereIsNoRoomDidNotHappen) {
  ScriptedAccount account([](const Request&) {
    return ec2_error(500, "InsufficientInstanceCapacity", "We currently do not have sufficient capacity");
  });
  const Mutation start = start_instance(account.caller, "i-1", account.clock.time, "n");
  EXPECT_EQ(wire::kind_of(start.outcome), ErrorKind::unavailable);
  EXPECT_FALSE(start.may_land_late);
  EXPECT_EQ(start.attempts, 1);
}

std::string check_xml(const std::string& tag, const std::string& status, const std::string& since = "") {
  return "<" + tag + "><status>" + status + "</status><details><item><name>reachability</name>" +
         (since.empty() ? "" : "<impairedSince>" + since + "</impairedSince>") + "</item></details></" + tag +
         ">";
}

std::string event_xml(const std::string& code, const std::string& description) {
  return "<item><instanceEventId>e</instanceEventId><code>" + code + "</code><description>" + description +
         "</description><notBefore>2026-11-25T02:00:00.000Z</notBefore></item>";
}

TEST(Ec2, ReadsStatusChecksAndTheEventsThatAreStillToCome) {
  ScriptedAccount account([](const Request& request) {
    EXPECT_EQ(form_of(request)["IncludeAllInstances"], "true");
    EXPECT_FALSE(form_of(request).contains("MaxResults"));  // not with ids
    return ec2_answer("DescribeInstanceStatus",
                      "<instanceStatusSet><item><instanceId>i-1</instanceId>" +
                          check_xml("systemStatus", "impaired", "2026-11-22T06:30:00.000Z") +
                          check_xml("instanceStatus", "impaired", "2026-11-22T06:20:00.000Z") +
                          check_xml("attachedEbsStatus", "ok", "2026-11-01T00:00:00.000Z") + "<eventsSet>" +
                          event_xml("system-reboot", "scheduled") +
                          event_xml("instance-stop", "[Completed] scheduled") +
                          event_xml("instance-reboot", "[Canceled] scheduled") +
                          "</eventsSet></item><item><instanceId>i-0</instanceId></item></instanceStatusSet>");
  });
  const std::vector<std::string> ids = {"i-1", "i-0"};
  const auto statuses = describe_instance_status(account.caller, ids);
  ASSERT_TRUE(statuses) << statuses.error().message;
  EXPECT_EQ(statuses->date, wire::aws_date());
  ASSERT_EQ(statuses->value.size(), 2U);
  EXPECT_EQ(statuses->value[0].id, "i-0");
  EXPECT_EQ(statuses->value[0].system, "");
  EXPECT_EQ(statuses->value[0].impaired_since, std::nullopt);
  const InstanceStatus& status = statuses->value[1];
  EXPECT_EQ(status.system, "impaired");
  EXPECT_EQ(status.instance, "impaired");
  EXPECT_EQ(status.attached_ebs, "ok");
  EXPECT_EQ(iso8601(status.impaired_since.value()), "2026-11-22T06:20:00Z");
  ASSERT_EQ(status.events.size(), 1U);
  EXPECT_EQ(status.events[0].code, "system-reboot");
  EXPECT_EQ(status.events[0].id, "e");
  EXPECT_EQ(iso8601(status.events[0].not_before.value()), "2026-11-25T02:00:00Z");
}

TEST(Ec2, AsksForAHundredStatusesAtATimeAndAgainWithoutThoseThatAreGone) {
  int calls = 0;
  ScriptedAccount account([&](const Request& request) {
    ++calls;
    auto form = form_of(request);
    EXPECT_FALSE(form.contains("InstanceId.101"));
    std::string items;
    for (const auto& [key, value] : form) {
      if (!key.starts_with("InstanceId.")) continue;
      if (value == "i-1042") {
        return ec2_error(400, "InvalidInstanceID.NotFound", "The instance IDs 'i-1042, i-1043' do not exist");
      }
      items += "<item><instanceId>" + value + "</instanceId></item>";
    }
    return ec2_answer("DescribeInstanceStatus", "<instanceStatusSet>" + items + "</instanceStatusSet>");
  });
  std::vector<std::string> ids;
  for (int i = 1000; i < 1150; ++i) ids.push_back("i-" + std::to_string(i));
  const auto statuses = describe_instance_status(account.caller, ids);
  ASSERT_TRUE(statuses) << statuses.error().message;
  EXPECT_EQ(statuses->value.size(), 148U);
  EXPECT_EQ(calls, 3);
}

TEST(Ec2, AStatusCallThatFailsForOtherReasonsFails) {
  const std::vector<std::string> ids = {"i-1"};
  for (const auto& response :
       {ec2_error(400, "InvalidInstanceID.NotFound", "which one is not said"),
        ec2_error(403, "UnauthorizedOperation", "i-1"), ec2_answer("DescribeInstanceStatus", "")}) {
    ScriptedAccount account([&](const Request&) { return response; });
    EXPECT_FALSE(describe_instance_status(account.caller, ids));
  }
  ScriptedAccount account([](const Request&) { return ec2_answer("DescribeInstanceStatus", ""); });
  EXPECT_EQ(wire::kind_of(describe_instance_status(account.caller, {})), ErrorKind::invalid);
  EXPECT_TRUE(account.transport.requests.empty());
}

TEST(Ec2, WhenNoneIsKnownThereIsNoStatus) {
  ScriptedAccount account([](const Request&) {
    return ec2_error(400, "InvalidInstanceID.NotFound", "The instance ID 'i-1' does not exist");
  });
  const std::vector<std::string> ids = {"i-1"};
  const auto statuses = describe_instance_status(account.caller, ids);
  ASSERT_TRUE(statuses) << statuses.error().message;
  EXPECT_TRUE(statuses->value.empty());
  EXPECT_EQ(statuses->date, wire::aws_date());
}

TEST(Ec2, ReadsWhenTheConsoleOutputWasPosted) {
  ScriptedAccount account([](const Request& request) {
    const bool silent = form_of(request)["InstanceId"] == "i-2";
    return ec2_answer("GetConsoleOutput",
                      "<instanceId>i</instanceId><timestamp>2026-11-22T06:40:00.000Z</timestamp>" +
                          std::string{silent ? "<output/>" : "<output>TGludXg=</output>"});
  });
  const auto posted = console_output_time(account.caller, "i-1");
  ASSERT_TRUE(posted);
  EXPECT_EQ(iso8601(posted->value.value()), "2026-11-22T06:40:00Z");
  EXPECT_EQ(console_output_time(account.caller, "i-2")->value, std::nullopt);
}

}  // namespace
}  // namespace evenkeel::aws::ec2
