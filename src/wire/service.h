// The AWS services we call, and what the wire needs to know of each (docs/aws.md, The wire, Credentials).
#pragma once

#include <array>

namespace evenkeel::wire {

enum class Service {
  auto_scaling,
  cloudwatch,
  dynamodb,
  ec2,
  elastic_load_balancing,
  elastic_load_balancing_v2,
  sns,
  ssm,
  sts
};

inline constexpr std::array kServices = {Service::auto_scaling,
                                         Service::cloudwatch,
                                         Service::dynamodb,
                                         Service::ec2,
                                         Service::elastic_load_balancing,
                                         Service::elastic_load_balancing_v2,
                                         Service::sns,
                                         Service::ssm,
                                         Service::sts};

// Query wraps an answer in <ActionResult> and numbers lists P.member.N; EC2 does neither. The JSON ones name
// the action in X-Amz-Target.
enum class Protocol { query, ec2, json_1_0, json_1_1 };

constexpr bool is_json(Protocol protocol) {
  return protocol == Protocol::json_1_0 || protocol == Protocol::json_1_1;
}

struct ServiceFacts {
  const char* signing_name;  // also the first label of the default host
  const char* iam_prefix;    // as in "cloudwatch:GetMetricData": how calls are named to people
  const char* variable;      // AWS_ENDPOINT_URL_<variable>
  const char* version;       // of the JSON protocols: what stands before the action in X-Amz-Target
  Protocol protocol;
};

const ServiceFacts& facts(Service service);

}  // namespace evenkeel::wire
