// EC2: instances, their reboot, stop and start, and what shows that it happened (docs/aws.md, EC2).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aws/dated.h"
#include "wire/caller.h"

namespace evenkeel::aws::ec2 {

// An instance id that is well formed and belongs to no instance: to ask about without touching any.
inline constexpr const char* kNoInstance = "i-00000000000000000";

struct Instance {
  std::string id;
  std::string state;   // "running", …
  Time launch_time{};  // changes on stop/start and replacement, not on reboot
  std::string availability_zone;
  std::string private_ip;  // empty once terminated
  // Of all its interfaces, IPv4 and IPv6, prefixes ("10.0.1.16/28") included; sorted
  std::vector<std::string> addresses = {};
  std::string vpc_id;                       // empty once terminated
  std::string root_device_type = {};        // "ebs" can be stopped, "instance-store" can't; empty: not said
  std::map<std::string, std::string> tags;  // untrusted
  // "default": a reboot by the user moves it to another host where a system-reboot is scheduled; "disabled";
  // empty: not said
  std::string reboot_migration = {};
};

// Instances that exist, sorted by id; naming none is `invalid`; an id that EC2 does not know (any more) is
// simply absent. One absence proves nothing: EC2 is eventually consistent.
Result<Dated<std::vector<Instance>>> describe_instances(wire::Caller& caller,
                                                        std::span<const std::string> ids);

// Sent once, on its own connection, never retried, signed with `sign_at`. Success means accepted, not booted.
// An answer that says anything but <return>true</return> is `maybe_happened`; one that leaves it out is a
// success.
Mutation reboot_instance(wire::Caller& caller, const std::string& id, Time sign_at, std::string nonce);

// Sent once, as a reboot is. Success means that it is stopping: its instance store and automatic public
// address are lost then. An answer that gives it another state is `maybe_happened`. `rejected`: not in a
// state to be stopped, no EBS root, stop protection.
Mutation stop_instance(wire::Caller& caller, const std::string& id, Time sign_at, std::string nonce);

// Starting what runs is a success, so it is retried like a registration. Where AWS has no room for it now
// (InsufficientInstanceCapacity …) it is `unavailable`: nothing happened, and it may be tried again.
// `rejected` (IncorrectInstanceState): it isn't stopped yet.
Mutation start_instance(wire::Caller& caller, const std::string& id, Time sign_at, std::string nonce);

struct Tag {
  std::string key;
  std::string value;
};

// Puts the tag on the instance, in place of one with the same key. Doing it twice is the same as once, so it is
// retried.
Mutation create_tag(wire::Caller& caller, const std::string& id, const Tag& tag, Time sign_at,
                    std::string nonce);
// Takes it off if it has this value; a success as well when it isn't there.
Mutation delete_tag(wire::Caller& caller, const std::string& id, const Tag& tag, Time sign_at,
                    std::string nonce);

// All instances of the region that carry a tag with this key, sorted by id; at most kMaxPages pages of them.
Result<Dated<std::vector<Instance>>> describe_instances_with_tag(wire::Caller& caller,
                                                                 const std::string& key);

// Whether we may do it, without doing it (DryRun). An error: AWS gave neither of its two answers.
Result<Dated<Permission>> reboot_dry_run(wire::Caller& caller, const std::string& id);
Result<Dated<Permission>> stop_dry_run(wire::Caller& caller, const std::string& id);
Result<Dated<Permission>> start_dry_run(wire::Caller& caller, const std::string& id);
Result<Dated<Permission>> create_tag_dry_run(wire::Caller& caller, const std::string& id, const Tag& tag);
Result<Dated<Permission>> delete_tag_dry_run(wire::Caller& caller, const std::string& id, const Tag& tag);

struct StatusEvent {
  std::string code;         // "instance-reboot", "system-maintenance", …; unknown words are kept
  std::string description;  // for people; untrusted
  std::optional<Time> not_before;
  std::string id = {};  // "instance-event-0d59…"; empty: not given
};

// AWS's words: "ok", "impaired", "initializing", "insufficient-data", "not-applicable"; empty: not given.
struct InstanceStatus {
  std::string id;
  std::string system;
  std::string instance;
  std::string attached_ebs;
  std::optional<Time> impaired_since;  // the earliest among what is impaired now
  std::vector<StatusEvent> events;     // without those that are completed or cancelled
};

// Of instances in any state, sorted by id, a hundred ids a call; naming none is `invalid`; an id that EC2
// does not know (any more) is simply absent.
Result<Dated<std::vector<InstanceStatus>>> describe_instance_status(wire::Caller& caller,
                                                                    std::span<const std::string> ids);

// Whether EC2 refuses to stop it (disableApiStop), which a dry run doesn't tell.
Result<Dated<bool>> stop_protection(wire::Caller& caller, const std::string& id);

// When the newest console output was posted, which is shortly after a boot; none when there is no output. Its
// text is dropped unread.
Result<Dated<std::optional<Time>>> console_output_time(wire::Caller& caller, const std::string& id);

}  // namespace evenkeel::aws::ec2
