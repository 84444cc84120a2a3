// What in the account is Evenkeel's own, beside the fleets it looks after: the table it remembers in, and
// what its Lambda function writes to, publishes to and reads. Which actions take which ARNs: docs/aws.md, IAM.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace evenkeel::iam {

// In the order in which it is written.
using OrderedJson = nlohmann::ordered_json;

// Names, in one account and region; empty: there is none.
struct Belongings {
  std::string table;                    // DynamoDB
  std::string log_group;                // "/aws/lambda/evenkeel"
  std::string topic;                    // SNS: a name, or the ARN of a topic that is elsewhere
  std::vector<std::string> parameters;  // SSM, in the clear: "/evenkeel/policy"
  std::string secret;                   // SSM, a SecureString: a webhook's URL

  bool none() const;
};

// Where they are. Each may be "*": any.
struct ArnScope {
  std::string partition, region, account;
};

// One statement of a policy document.
OrderedJson statement(const char* sid, const char* effect, OrderedJson action, OrderedJson resource);

// What the identity must be allowed to do with them, and nothing beside it.
OrderedJson allow_belongings(const Belongings& belongings, const ArnScope& place);

// What it shall not do with them, whatever another policy allows: nothing that Evenkeel wrote is deleted or
// changed but by Evenkeel's own conditional write of a whole item.
OrderedJson forbid_belongings(const Belongings& belongings, const ArnScope& place);

}  // namespace evenkeel::iam
