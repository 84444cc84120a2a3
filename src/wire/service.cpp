#include "wire/service.h"

#include <utility>

namespace evenkeel::wire {

const ServiceFacts& facts(Service service) {
  static constexpr ServiceFacts kAutoScaling{"autoscaling", "autoscaling", "AUTO_SCALING", "2011-01-01",
                                             Protocol::query};
  static constexpr ServiceFacts kCloudWatch{"monitoring", "cloudwatch", "CLOUDWATCH", "2010-08-01",
                                            Protocol::query};
  static constexpr ServiceFacts kDynamoDb{"dynamodb", "dynamodb", "DYNAMODB", "DynamoDB_20120810",
                                          Protocol::json_1_0};
  static constexpr ServiceFacts kEc2{"ec2", "ec2", "EC2", "2016-11-15", Protocol::ec2};
  static constexpr ServiceFacts kElb{"elasticloadbalancing", "elasticloadbalancing", "ELASTIC_LOAD_BALANCING",
                                     "2012-06-01", Protocol::query};
  static constexpr ServiceFacts kElbv2{"elasticloadbalancing", "elasticloadbalancing",
                                       "ELASTIC_LOAD_BALANCING_V2", "2015-12-01", Protocol::query};
  static constexpr ServiceFacts kSns{"sns", "sns", "SNS", "2010-03-31", Protocol::query};
  static constexpr ServiceFacts kSsm{"ssm", "ssm", "SSM", "AmazonSSM", Protocol::json_1_1};
  static constexpr ServiceFacts kSts{"sts", "sts", "STS", "2011-06-15", Protocol::query};
  switch (service) {
    case Service::auto_scaling:
      return kAutoScaling;
    case Service::cloudwatch:
      return kCloudWatch;
    case Service::dynamodb:
      return kDynamoDb;
    case Service::ec2:
      return kEc2;
    case Service::elastic_load_balancing:
      return kElb;
    case Service::elastic_load_balancing_v2:
      return kElbv2;
    case Service::sns:
      return kSns;
    case Service::ssm:
      return kSsm;
    case Service::sts:
      return kSts;
  }
  std::unreachable();
}

}  // namespace evenkeel::wire
