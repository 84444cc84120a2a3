#include "wire/service.h"

#include <array>
#include <cstddef>

namespace evenkeel::wire {

const ServiceFacts& facts(Service service) {
  // In the order of the services' names.
  static constexpr std::array<ServiceFacts, kServices.size()> kFacts = {{
      {"autoscaling", "autoscaling", "AUTO_SCALING", "2011-01-01", Protocol::query},
      {"monitoring", "cloudwatch", "CLOUDWATCH", "2010-08-01", Protocol::query},
      {"dynamodb", "dynamodb", "DYNAMODB", "DynamoDB_20120810", Protocol::json_1_0},
      {"ec2", "ec2", "EC2", "2016-11-15", Protocol::ec2},
      {"elasticloadbalancing", "elasticloadbalancing", "ELASTIC_LOAD_BALANCING", "2012-06-01",
       Protocol::query},
      {"elasticloadbalancing", "elasticloadbalancing", "ELASTIC_LOAD_BALANCING_V2", "2015-12-01",
       Protocol::query},
      {"sns", "sns", "SNS", "2010-03-31", Protocol::query},
      {"ssm", "ssm", "SSM", "AmazonSSM", Protocol::json_1_1},
      {"sts", "sts", "STS", "2011-06-15", Protocol::query},
  }};
  return kFacts.at(static_cast<std::size_t>(service));
}

}  // namespace evenkeel::wire
