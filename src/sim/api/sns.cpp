// Topics, and what is published to them (docs/aws.md, Systems Manager and SNS). Nothing subscribes; tests read it.
#include <algorithm>

#include "base/random.h"
#include "base/result.h"
#include "base/text.h"
#include "sim/api/api.h"

namespace evenkeel::sim {
namespace {

constexpr std::size_t kLongestTopicName = 256;
constexpr std::size_t kLongestSubject = 100;
constexpr std::size_t kLongestMessage = 262'144;

std::string arn_start(const Account& account) {
  return "arn:aws:sns:" + account.region + ":" + account.account_id + ":";
}

bool is_subject(const std::string& text) {
  return !text.empty() && text.size() <= kLongestSubject && text.front() != ' ' &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::map<std::string, std::string> read_attributes(RequestParameters& parameters) {
  std::map<std::string, std::string> attributes;
  for (const auto& prefix : parameters.structures("MessageAttributes.entry")) {
    const std::string name = parameters.required(prefix + ".Name");
    const std::string type = parameters.required(prefix + ".Value.DataType");
    const std::string value = parameters.required(prefix + ".Value.StringValue");
    if (type != "String" && type != "Number")
      parameters.complain("Invalid parameter: The message attribute '" + printable(name) +
                          "' has an invalid message attribute type");
    if (!attributes.emplace(name, value).second)
      parameters.complain("Invalid parameter: Message attribute name '" + printable(name) +
                          "' already exists.");
  }
  return attributes;
}

std::string message_id(const ApiSession& session) {
  const std::string hex = SeededRandom(session.seed ^ (0x736e73U + session.account.published.size())).hex(32);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

ApiResult<Xml> create_topic(ApiSession& session, RequestParameters& parameters) {
  const std::string name = parameters.required("Name");
  if (!is_name(name, 1, kLongestTopicName, "_-")) parameters.complain("Invalid parameter: Topic Name");
  TRY_VOID(parameters.finish());
  session.account.topics.insert(name);
  return tag("TopicArn", arn_start(session.account) + name);
}

ApiResult<Xml> publish(ApiSession& session, RequestParameters& parameters) {
  Account& account = session.account;
  Published published{account.now(), parameters.required("TopicArn"), {}, {}, {}};
  const auto subject = parameters.text("Subject");
  published.subject = subject.value_or("");
  published.message = parameters.text("Message").value_or("");
  published.attributes = read_attributes(parameters);
  if (subject && !is_subject(*subject)) parameters.complain("Invalid parameter: Subject");
  if (published.message.empty()) parameters.complain("Invalid parameter: Empty message");
  std::size_t size = published.message.size();
  for (const auto& [name, value] : published.attributes) size += name.size() + value.size();
  if (size > kLongestMessage) parameters.complain("Invalid parameter: Message too long");
  if (!published.topic.starts_with("arn:"))
    parameters.complain("Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not " +
                        std::to_string(split(published.topic, ':').size()));
  TRY_VOID(parameters.finish());
  const std::string start = arn_start(account);
  if (!published.topic.starts_with(start))
    return refuse(
        403, "AuthorizationError",
        "User: " + session.caller->arn +
            " is not authorized to perform: SNS:Publish on resource: " + printable(published.topic));
  if (!account.topics.contains(published.topic.substr(start.size())))
    return refuse(404, "NotFound", "Topic does not exist");
  Xml answer = tag("MessageId", message_id(session));
  account.published.push_back(std::move(published));
  return answer;
}

}  // namespace

std::span<const Operation> sns_operations() {
  static constexpr Operation kOperations[] = {{"CreateTopic", create_topic}, {"Publish", publish}};
  return kOperations;
}

}  // namespace evenkeel::sim
