// Classic Load Balancers: the first API of Elastic Load Balancing, at the same endpoint (docs/aws.md, Elastic Load
// Balancing).
#pragma once

#include <string>
#include <vector>

#include "aws/dated.h"
#include "wire/caller.h"

namespace evenkeel::aws::elb {

struct LoadBalancer {
  std::string name;
  std::vector<std::string> instance_ids;  // those that are registered; what it drains is not listed any more
};

// Every Classic Load Balancer of the region, pages followed; in no promised order.
Result<Dated<std::vector<LoadBalancer>>> describe_load_balancers(wire::Caller& caller);

}  // namespace evenkeel::aws::elb
