// EC2: instances, their reboot, and what shows that it happened (aws-facts.md §2).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aws/dated.h"
#include "wire/caller.h"

namespace evenkeel::aws::ec2 {

// An instance id that is well formed and nobody's: to ask about without meaning anybody.
inline constexpr const char* kNoInstance = "i-00000000000000000";

struct Instance {
  std::string id;
  // Low byte: 0 pending, 16 running, 32 shutting-down, 48 terminated, 64 stopping, 80 stopped.
  int state_code = 0;
  std::string state;   // "running", …
  Time launch_time{};  // changes on stop/start and replacement, not on reboot
  std::string availability_zone;
  std::string instance_type;
  std::string private_ip;                   // empty once terminated
  std::string vpc_id;                       // empty once terminated
  std::map<std::string, std::string> tags;  // untrusted
};

// Instances that exist, sorted by id; naming none is `invalid`; an id that EC2 does not know (any more) is
// simply absent. One absence proves nothing: EC2 is eventually consistent.
Result<Dated<std::vector<Instance>>> describe_instances(wire::Caller& caller,
                                                        std::span<const std::string> ids);

// Sent once, on its own connection, never retried, signed with `sign_at`. Success means accepted, not booted.
// An answer that says anything but <return>true</return> is `maybe_happened`; one that leaves it out is a
// success.
Mutation reboot_instance(wire::Caller& caller, const std::string& id, Time sign_at, std::string nonce);

// Whether we may reboot it, without rebooting it (DryRun). An error: AWS gave neither of its two answers.
Result<Dated<Permission>> reboot_dry_run(wire::Caller& caller, const std::string& id);

// When the newest console output was posted, which is shortly after a boot; none when there is no output. Its
// text is dropped unread.
Result<Dated<std::optional<Time>>> console_output_time(wire::Caller& caller, const std::string& id);

}  // namespace evenkeel::aws::ec2
