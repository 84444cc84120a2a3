// The channels that there are: an SNS topic, and a webhook that takes JSON as Slack does.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "notify/channel.h"
#include "wire/caller.h"
#include "wire/transport.h"

namespace evenkeel::notify {

// Publishes to a topic. The caller is of the topic's region.
class SnsTopic final : public Channel {
 public:
  SnsTopic(std::string topic_arn, std::unique_ptr<wire::Caller> caller, const Clock& clock);

  std::string name() const override { return "sns:" + topic_arn_; }
  Result<void> notify(const Notice& notice, Duration within) override;

 private:
  std::string topic_arn_;
  std::unique_ptr<wire::Caller> caller_;
  const Clock& clock_;
};

// POSTs {"text", "fleet", "kind", "instance", "at", "id"}, with `text` as Slack wants it: &, < and > escaped.
// Redirects are not followed. Every request has a connection of its own, so that none is sent twice; one
// to this machine itself goes through no proxy.
class Webhook final : public Channel {
 public:
  // Finds out the URL, within the given time. It is a secret: asked for when it is needed first, and again
  // after the server turned us away.
  using Address = std::function<Result<std::string>(Duration within)>;

  // `name`: where the URL stands ("webhook:env:NAME").
  Webhook(std::string name, Address address, wire::Transport& transport, const Clock& clock);

  std::string name() const override { return name_; }
  Result<void> notify(const Notice& notice, Duration within) override;

 private:
  std::string name_;
  Address address_;
  wire::Transport& transport_;
  const Clock& clock_;
  std::string url_;  // empty: not known
};

// The JSON that a webhook gets.
std::string webhook_body(const Notice& notice);

// A URL that a notice may be sent to: https, or http to this machine itself. Error `invalid`, which doesn't
// show it.
Result<void> check_webhook_url(const std::string& url);

}  // namespace evenkeel::notify
