// AWS's token buckets in virtual time: THR-ELB and THR-EC2 of aws-facts.md §1 and §2, CloudWatch's quotas of
// §4, SSM's of §10, one partition's of DynamoDB (each call taken for one unit) and SNS's in its smallest
// regions. Auto Scaling's are not published: ours are a guess.
#pragma once

#include <map>
#include <string>

#include "sim/parameters.h"

namespace evenkeel::sim {

class Throttle {
 public:
  // Whether AWS would take this call now; if so, its tokens are spent. `bare`: neither filtered nor paged.
  bool admit(Service service, const std::string& action, bool bare, Time now);

 private:
  struct Bucket {
    double tokens = 0;
    Time filled_at{};
  };
  std::map<std::string, Bucket> buckets_;
};

}  // namespace evenkeel::sim
