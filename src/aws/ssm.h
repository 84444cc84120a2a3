// AWS Systems Manager: parameters, commands on instances, change calendars (docs/aws.md, Systems Manager and SNS).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/dated.h"
#include "wire/caller.h"

namespace evenkeel::aws::ssm {

struct Parameter {
  std::string value;         // decrypted; may be a secret: never to be shown
  std::int64_t version = 0;  // counts from 1, one up with every change
};

// GetParameter with decryption. `name` is "/evenkeel/policy", or "/evenkeel/policy:7" for one version of it.
// A parameter that KMS protects needs kms:Decrypt beside ssm:GetParameter.
// Errors: as of wire/answer.h (`not_found`: no such parameter or version); no error ever holds the value.
Result<Dated<Parameter>> get_parameter(wire::Caller& caller, const std::string& name);

struct CommandRequest {
  std::string document;  // name or ARN
  std::map<std::string, std::vector<std::string>> parameters;
  std::string instance_id;
  // SSM gives up when the instance hasn't taken it by then; 30 s to 30 days, and kept within that. How long
  // it may run is the document's own matter.
  Duration deliver_within{};
};

struct SentCommand {
  Mutation mutation;
  std::string id;  // what SSM called it; empty unless it was accepted
};

// Sent once, on its own connection, never retried. The nonce is also the command's Comment, by which
// find_command() finds it again when the answer got lost; it has at most 100 characters. `rejected`
// (InvalidInstanceId): the instance's agent isn't registered or isn't online.
SentCommand send_command(wire::Caller& caller, const CommandRequest& command, Time sign_at,
                         const std::string& nonce);

struct CommandInvocation {
  // AWS's word: "Pending", "InProgress", "Delayed", "Success", "Cancelled", "TimedOut", "Failed",
  // "Cancelling"; unknown ones are kept.
  std::string status;
  // What it wrote to standard output and then to standard error, at most 24,000 bytes of UTF-8; of a document
  // with several steps the beginning of each. Untrusted.
  std::string output;
};

// `not_found` (InvocationDoesNotExist): SSM does not know it, or not yet, which is normal right after it was
// sent.
Result<Dated<CommandInvocation>> get_command_invocation(wire::Caller& caller, const std::string& command_id,
                                                        const std::string& instance_id);

// The id of the command with that Comment that was sent to the instance in the last 24 hours; none: there is
// none, or SSM doesn't list it yet.
Result<Dated<std::optional<std::string>>> find_command(wire::Caller& caller, const std::string& instance_id,
                                                       const std::string& comment);

// "OPEN", "CLOSED" or a word of AWS that we don't know: of one Change Calendar now, by its name or ARN. `rejected`
// (InvalidDocument): there is none of that name.
Result<Dated<std::string>> get_calendar_state(wire::Caller& caller, const std::string& calendar);

}  // namespace evenkeel::aws::ssm
