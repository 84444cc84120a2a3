// The parameters of one call, read as AWS reads a form, and more strictly: what AWS ignores is refused.
// docs/aws.md, The wire.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/world/account.h"

namespace evenkeel::sim {

template <class T>
using ApiResult = std::expected<T, ApiRefusal>;

std::unexpected<ApiRefusal> refuse(int status, std::string code, std::string message);

bool contains(const std::vector<std::string>& list, std::string_view value);
// Letters, digits and `others`, from `least` to `most` of them.
bool is_name(std::string_view text, std::size_t least, std::size_t most, std::string_view others);

// elb: the first API of Elastic Load Balancing, of Classic Load Balancers, at the second one's endpoint.
enum class ApiService { ec2, elbv2, auto_scaling, cloudwatch, sts, sns, dynamodb, ssm, elb };

// Each parameter must be read: whatever is not asked for is unknown. A value that can't be what was asked for
// is remembered as the call's refusal, so a handler reads everything first and then asks finish().
class RequestParameters {
 public:
  // At most 20,000; a name twice and a broken %-escape are refused.
  static ApiResult<RequestParameters> read(std::string_view form, ApiService service);
  // What was read from another protocol's body, under the names that a form would give it.
  static RequestParameters of(std::map<std::string, std::string> values, ApiService service);

  bool has(const std::string& name) const { return values_.contains(name); }
  std::optional<std::string> text(const std::string& name);
  std::string required(const std::string& name);  // must be there and not empty
  std::optional<int> integer(const std::string& name, int least, int most);
  bool flag(const std::string& name, bool otherwise);  // "true" or "false"
  Time time(const std::string& name);                  // required, ISO 8601
  // "Names.member" reads Names.member.1, Names.member.2 …, without gaps.
  std::vector<std::string> list(const std::string& prefix);
  // The prefixes of a list of structures: "Filter" → "Filter.1", "Filter.2" …
  std::vector<std::string> structures(const std::string& prefix) const;
  // The names in a map: "Item" → "pk" of "Item.pk.S".
  std::vector<std::string> names_in(const std::string& map);
  // Refuses the call with the service's own code for a wrong value.
  void complain(const std::string& message, bool missing = false);

  ApiResult<void> finish() const;
  // Of everything but the page token.
  std::uint64_t fingerprint() const;

 private:
  const std::string* take(const std::string& name);

  ApiService service_ = ApiService::ec2;
  std::map<std::string, std::string> values_;
  std::set<std::string> taken_;
  std::optional<ApiRefusal> complaint_;
};

}  // namespace evenkeel::sim
