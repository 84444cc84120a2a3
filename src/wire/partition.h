// The partitions of AWS: separate worlds with host names and ARNs of their own (docs/aws.md, Credentials).
#pragma once

#include <string_view>

#include "base/result.h"

namespace evenkeel::wire {

struct Partition {
  const char* name;           // in an ARN: "aws", "aws-cn", "aws-us-gov"
  const char* suffix;         // of a host: "amazonaws.com"
  const char* dual_stack;     // of a dual-stack host: "api.aws"
  const char* global_region;  // where global questions go when none is configured
};

// By the region's prefix; a region that is not known yet is one of "aws". Nothing: the region is in a
// partition whose hosts we don't know (the ISO ones, the European Sovereign Cloud).
const Partition* partition_of_region(std::string_view region);

// By the ARN's second field; nothing for an unknown one or for what is no ARN.
const Partition* partition_of_arn(std::string_view arn);

}  // namespace evenkeel::wire
