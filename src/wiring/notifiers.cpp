#include "wiring/notifiers.h"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <sstream>
#include <utility>

#include "aws/ssm.h"
#include "base/text.h"
#include "notify/channels.h"
#include "wire/partition.h"
#include "wiring/own_caller.h"

namespace evenkeel::wiring {
namespace {

using ChannelPtr = std::unique_ptr<notify::Channel>;

constexpr const char* kForms = "give sns:TOPIC_ARN, webhook:env:NAME or webhook:ssm:/NAME";

// arn:aws:sns:eu-west-1:123456789012:evenkeel
Result<ChannelPtr> topic(const std::string& arn, const credentials::Sources& sources) {
  const auto parts = split(arn, ':');
  const bool fits = parts.size() == 6 && wire::partition_of_arn(arn) != nullptr && parts[2] == "sns" &&
                    !parts[3].empty() && !parts[4].empty() && !parts[5].empty();
  if (!fits) {
    return fail(ErrorKind::invalid,
                "is no topic's ARN; it looks like sns:arn:aws:sns:eu-west-1:123456789012:evenkeel");
  }
  if (parts[5].ends_with(".fifo"))
    return fail(ErrorKind::invalid, "is a FIFO topic, which reaches only queues; give a standard one");
  auto caller = TRY(own_caller(sources, parts[3]));
  return std::make_unique<notify::SnsTopic>(arn, std::move(caller), sources.clock);
}

bool is_variable(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && std::ranges::all_of(name, fits);
}

Result<std::string> checked(const std::string& place, std::string_view value) {
  std::string url{trim(value)};
  const auto sound = notify::check_webhook_url(url);
  if (!sound) return fail(sound.error().kind, place + ": " + sound.error().message);
  return url;
}

Result<std::string> url_in_variable(const std::string& name, const wire::Environment& environment) {
  const auto value = wire::lookup(environment, name);
  if (!value) return fail(ErrorKind::invalid, name + " is not set; it should hold the webhook's URL");
  return checked(name, *value);
}

Result<std::string> url_in_parameter(const std::string& name, const credentials::Sources& sources,
                                     const std::string& region, Duration within) {
  const auto until = sources.clock.now() + within;
  const auto caller = TRY(own_caller(sources, region));
  caller->set_deadline(until);
  const auto parameter = TRY(aws::ssm::get_parameter(*caller, name));
  return checked("ssm:" + name, parameter.value.value);
}

Result<ChannelPtr> webhook(const std::string& address, const credentials::Sources& sources,
                           const std::string& region) {
  const auto whole = "webhook:" + address;
  const auto name = address.substr(std::min<std::size_t>(4, address.size()));
  if (address.starts_with("env:") && is_variable(name)) {
    auto url = TRY(url_in_variable(name, sources.environment));
    const auto known = [url = std::move(url)](Duration) -> Result<std::string> { return url; };
    return std::make_unique<notify::Webhook>(whole, known, sources.transport, sources.clock);
  }
  if (address.starts_with("ssm:/")) {
    const auto ask = [name, sources, region](Duration within) {
      return url_in_parameter(name, sources, region, within);
    };
    return std::make_unique<notify::Webhook>(whole, ask, sources.transport, sources.clock);
  }
  // What stands there may be the secret itself.
  return fail(ErrorKind::invalid,
              "a webhook's URL is a secret and is never given itself: put it into a variable "
              "and give webhook:env:NAME, or into a parameter and give webhook:ssm:/NAME");
}

Result<ChannelPtr> channel(const std::string& address, const credentials::Sources& sources,
                           const std::string& region) {
  if (address.starts_with("sns:")) return topic(address.substr(4), sources);
  if (address.starts_with("webhook:")) return webhook(address.substr(8), sources, region);
  return fail(ErrorKind::invalid, fmt::format("is no address; {}", kForms));
}

// An operator who gives a URL by mistake must not find it in a log.
std::string shown(const std::string& address) {
  for (const std::string_view start : {"webhook:env:", "webhook:ssm:", "webhook:"}) {
    if (!address.starts_with(start)) continue;
    const auto rest = std::string_view{address}.substr(start.size());
    const bool named = start != "webhook:" && (is_variable(rest) || rest.starts_with('/'));
    return named ? printable(address) : std::string{start} + "…";
  }
  const auto slash = address.find('/');
  return slash == std::string::npos ? printable(address) : printable(address.substr(0, slash)) + "/…";
}

notify::Outbox outbox(const std::vector<std::string>& addresses, const credentials::Sources& sources,
                      const std::string& region, std::vector<std::string>& problems) {
  std::vector<ChannelPtr> channels;
  std::vector<std::string> seen;
  for (const auto& address : addresses) {
    if (std::ranges::find(seen, address) != seen.end()) continue;
    seen.push_back(address);
    if (auto made = channel(address, sources, region)) {
      channels.push_back(std::move(*made));
    } else {
      problems.push_back(fmt::format("--notify {}: {}", shown(address), made.error().message));
    }
  }
  return {sources.clock, std::move(channels)};
}

}  // namespace

Notifiers::Notifiers(const std::vector<std::string>& addresses, const credentials::Sources& sources,
                     const std::string& region)
    : outbox_(outbox(addresses, sources, region, problems_)) {}

void Notifiers::add(std::span<const Event> events) {
  for (const auto& event : events) {
    if (event.notified) continue;
    if (auto notice = notify::notice_of(event)) outbox_.add(std::move(*notice));
  }
}

Result<void> NotifyingJournal::replace(const FleetState& next, std::span<const Event> events) {
  TRY_VOID(journal_.replace(next, events));
  notifiers_.add(events);
  return {};
}

std::vector<std::string> split_addresses(std::string_view text) {
  std::istringstream words{std::string{text}};
  return {std::istream_iterator<std::string>{words}, {}};
}

}  // namespace evenkeel::wiring
