// AWS's answers as the readers in aws/ take them, from the response's bytes on. The first byte chooses the
// call, the second the HTTP status; the rest is the body.
#include <algorithm>
#include <array>
#include <functional>

#include "aws/autoscaling.h"
#include "aws/cloudwatch.h"
#include "aws/ec2.h"
#include "aws/elbv2.h"
#include "fuzz/property.h"
#include "wire/testing/scripted_transport.h"

namespace {

using namespace evenkeel;
using fuzz::require;

template <class T>
void check(const Result<T>& result) {
  if (!result) fuzz::require_presentable(result.error());
}
template <class T>
void check(const std::vector<Result<T>>& results) {
  require(results.size() == 1, "one result for each thing that was asked for");
  check(results.front());
}

const std::vector<std::string> kName = {"i-0123456789abcdef0"};
const aws::cloudwatch::Metric kMetric = {"CWAgent", "mem", {{"InstanceId", "i-0123456789abcdef0"}}};

void get_metric_data(wire::Caller& caller) {
  const std::vector<aws::cloudwatch::MetricQuery> queries = {{"m0", kMetric, "Average", 60},
                                                             {"m1", kMetric, "Average", 60}};
  const auto end = wire::aws_date();
  const auto got = aws::cloudwatch::get_metric_data(caller, queries, end - std::chrono::minutes(10), end);
  check(got);
  if (!got) return;
  require(got->value.size() == queries.size(), "one result for each query");
  for (const auto& result : got->value) {
    require(std::ranges::is_sorted(result.samples, {}, &aws::cloudwatch::Sample::time),
            "samples come oldest first");
  }
}

void reboot(wire::Caller& caller) {
  const auto sent = aws::ec2::reboot_instance(caller, kName[0], wire::aws_date(), "nonce");
  check(sent.outcome);
}

void deregister(wire::Caller& caller) {
  const std::vector<aws::elbv2::TargetDescription> targets = {{kName[0], 443, std::nullopt}};
  check(aws::elbv2::deregister_targets(caller, "arn", targets, wire::aws_date(), "nonce").outcome);
}

const std::array<std::function<void(wire::Caller&)>, 12> kCalls = {{
    [](auto& caller) { check(aws::ec2::describe_instances(caller, kName)); },
    [](auto& caller) { check(aws::ec2::reboot_dry_run(caller, kName[0])); },
    [](auto& caller) { check(aws::ec2::console_output_time(caller, kName[0])); },
    [](auto& caller) { check(aws::elbv2::describe_target_groups(caller, kName)); },
    [](auto& caller) { check(aws::elbv2::describe_all_target_groups(caller)); },
    [](auto& caller) { check(aws::elbv2::describe_target_group_attributes(caller, kName)); },
    [](auto& caller) { check(aws::elbv2::describe_target_health(caller, kName)); },
    [](auto& caller) { check(aws::autoscaling::describe_auto_scaling_groups(caller, kName)); },
    [](auto& caller) { check(aws::cloudwatch::list_metrics(caller, "CWAgent", "mem")); },
    get_metric_data,
    reboot,
    deregister,
}};
constexpr std::array kStatuses = {200, 200, 200, 200, 400, 403, 500, 302};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string body{fuzz::text_of(data + 2, size - 2)};
  const int status = kStatuses[data[1] % kStatuses.size()];
  wire::ScriptedAccount account([&](const wire::Request&) { return wire::respond(status, body); });
  kCalls[data[0] % kCalls.size()](account.caller);
  require(account.transport.requests.size() <= 300, "no answer makes us ask without end");
  return 0;
}
