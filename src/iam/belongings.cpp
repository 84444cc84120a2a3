#include "iam/belongings.h"

#include <utility>

namespace evenkeel::iam {
namespace {

std::string arn(const ArnScope& place, const std::string& service, const std::string& resource) {
  return "arn:" + place.partition + ":" + service + ":" + place.region + ":" + place.account + ":" + resource;
}

std::string table_arn(const Belongings& belongings, const ArnScope& place) {
  return arn(place, "dynamodb", "table/" + belongings.table);
}

std::string topic_arn(const Belongings& belongings, const ArnScope& place) {
  return belongings.topic.starts_with("arn:") ? belongings.topic : arn(place, "sns", belongings.topic);
}

// A name's leading slash is not doubled in the ARN.
std::string parameter_arn(const std::string& name, const ArnScope& place) {
  return arn(place, "ssm", name.starts_with('/') ? "parameter" + name : "parameter/" + name);
}

// Systems Manager decrypts with our rights, and says in the encryption context for which parameter.
OrderedJson decrypt(const std::string& secret, const ArnScope& place) {
  OrderedJson allow = statement("DecryptSecret", "Allow", "kms:Decrypt", arn(place, "kms", "key/*"));
  const char* test = place.region == "*" || place.account == "*" ? "StringLike" : "StringEquals";
  allow["Condition"][test] = {{"kms:ViaService", "ssm." + place.region + ".amazonaws.com"},
                              {"kms:EncryptionContext:PARAMETER_ARN", parameter_arn(secret, place)}};
  return allow;
}

}  // namespace

OrderedJson statement(const char* sid, const char* effect, OrderedJson action, OrderedJson resource) {
  return {{"Sid", sid}, {"Effect", effect}, {"Action", std::move(action)}, {"Resource", std::move(resource)}};
}

bool Belongings::none() const {
  return table.empty() && log_group.empty() && topic.empty() && parameters.empty() && secret.empty();
}

OrderedJson allow_belongings(const Belongings& belongings, const ArnScope& place) {
  OrderedJson statements = OrderedJson::array();
  if (!belongings.table.empty()) {
    statements.push_back(statement("Remember", "Allow",
                                   {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"},
                                   table_arn(belongings, place)));
  }
  if (!belongings.log_group.empty()) {
    statements.push_back(statement("WriteLog", "Allow", {"logs:CreateLogStream", "logs:PutLogEvents"},
                                   arn(place, "logs", "log-group:" + belongings.log_group + ":*")));
  }
  if (!belongings.topic.empty())
    statements.push_back(statement("TellPeople", "Allow", "sns:Publish", topic_arn(belongings, place)));
  OrderedJson parameters = OrderedJson::array();
  for (const auto& name : belongings.parameters) parameters.push_back(parameter_arn(name, place));
  if (!belongings.secret.empty()) parameters.push_back(parameter_arn(belongings.secret, place));
  if (!parameters.empty())
    statements.push_back(statement("ReadParameters", "Allow", "ssm:GetParameter", std::move(parameters)));
  if (!belongings.secret.empty()) statements.push_back(decrypt(belongings.secret, place));
  return statements;
}

OrderedJson forbid_belongings(const Belongings& belongings, const ArnScope& place) {
  OrderedJson statements = OrderedJson::array();
  if (!belongings.table.empty()) {
    statements.push_back(
        statement("NeverForget", "Deny",
                  {"dynamodb:BatchWriteItem", "dynamodb:Delete*", "dynamodb:PartiQL*", "dynamodb:Update*"},
                  table_arn(belongings, place)));
  }
  return statements;
}

}  // namespace evenkeel::iam
