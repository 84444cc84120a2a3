#include "wire/partition.h"

#include <algorithm>
#include <array>

namespace evenkeel::wire {
namespace {

constexpr Partition kAws{"aws", "amazonaws.com", "api.aws", "us-east-1"};
constexpr Partition kChina{"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-north-1"};
constexpr Partition kGovCloud{"aws-us-gov", "amazonaws.com", "api.aws", "us-gov-west-1"};

}  // namespace

const Partition* partition_of_region(std::string_view region) {
  constexpr std::array<std::string_view, 3> kOthers = {"us-iso", "eu-iso", "eusc-"};
  const auto begins = [&](std::string_view prefix) { return region.starts_with(prefix); };
  if (std::ranges::any_of(kOthers, begins)) return nullptr;
  if (begins("cn-")) return &kChina;
  return begins("us-gov-") ? &kGovCloud : &kAws;
}

const Partition* partition_of_arn(std::string_view arn) {
  for (const Partition* partition : {&kAws, &kChina, &kGovCloud}) {
    const std::string_view name = partition->name;
    if (arn.starts_with("arn:") && arn.substr(4).starts_with(name) &&
        arn.substr(4 + name.size()).starts_with(':')) {
      return partition;
    }
  }
  return nullptr;
}

}  // namespace evenkeel::wire
