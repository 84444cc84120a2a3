// AWS's token buckets in virtual time (docs/aws.md, The wire): those that Elastic Load Balancing and EC2 publish, the
// quotas of CloudWatch and Systems Manager, one partition's of DynamoDB (each call taken for one unit) and SNS's in its
// smallest regions. Auto Scaling's are not published: ours are a guess.
#pragma once

#include <map>
#include <string>

#include "sim/api/parameters.h"

namespace evenkeel::sim {

class Throttle {
 public:
  // Whether AWS would take this call now; if so, its tokens are spent. `bare`: neither filtered nor paged.
  bool admit(ApiService service, const std::string& action, bool bare, Time now);

 private:
  struct Bucket {
    double tokens = 0;
    Time filled_at{};
  };
  std::map<std::string, Bucket> buckets_;
};

}  // namespace evenkeel::sim
