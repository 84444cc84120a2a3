// EC2: instances, their status checks and scheduled events, and the reboot (aws-facts.md §2).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aws/dated.h"
#include "wire/caller.h"

namespace evenkeel::aws::ec2 {

struct Instance {
  std::string id;
  int state_code =
      0;  // low byte: 0 pending, 16 running, 32 shutting-down, 48 terminated, 64 stopping, 80 stopped
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

struct ScheduledEvent {
  std::string code;  // "instance-reboot", "system-reboot", "system-maintenance", "instance-retirement", …
  std::string description;
  std::optional<Time> not_before;

  // AWS keeps showing events that are over, told only by the description: "[Completed] …", "[Canceled] …".
  bool over() const;
};

struct InstanceStatus {
  std::string id;
  std::string instance_status;  // "ok", "impaired", "insufficient-data", "not-applicable", "initializing"
  std::string system_status;
  std::vector<ScheduledEvent> events;
};

// Sorted by id, instances that don't run included. AWS fails the whole call for one unknown id (`not_found`,
// InvalidInstanceID.NotFound): ask only for ids that describe_instances has just returned.
Result<Dated<std::vector<InstanceStatus>>> describe_instance_status(wire::Caller& caller,
                                                                    std::span<const std::string> ids);

// Sent once, on its own connection, never retried, signed with `sign_at`. Success means accepted, not booted.
// An answer that says anything but <return>true</return> is `maybe_happened`; one that leaves it out is a
// success.
Mutation reboot_instance(wire::Caller& caller, const std::string& id, Time sign_at, std::string nonce);

struct Permission {
  bool allowed = false;
  std::string message;  // why not; untrusted text made printable
};

// Whether we may reboot it, without rebooting it (DryRun). An error: AWS gave neither of its two answers.
Result<Dated<Permission>> reboot_dry_run(wire::Caller& caller, const std::string& id);

// When the newest console output was posted, which is shortly after a boot; none when there is no output. Its
// text is dropped unread.
Result<Dated<std::optional<Time>>> console_output_time(wire::Caller& caller, const std::string& id);

}  // namespace evenkeel::aws::ec2
