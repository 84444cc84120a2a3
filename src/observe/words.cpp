#include "observe/words.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace evenkeel::observe {
namespace {

// The number under `key`; `absent` where there is no such key or it is "off"; nothing when it isn't a number.
std::optional<int> number(const std::map<std::string, std::string>& attributes, const std::string& key,
                          int absent) {
  const auto found = attributes.find(key);
  if (found == attributes.end() || found->second == "off" || found->second.empty()) return absent;
  int value = 0;
  const auto& text = found->second;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

constexpr const char* kCrossZone = "load_balancing.cross_zone.enabled";

struct Address {
  std::array<unsigned char, 16> bytes{};
  int bits = 0;  // 32 or 128
};

std::optional<Address> address(const std::string& text) {
  Address parsed;
  if (inet_pton(AF_INET, text.c_str(), parsed.bytes.data()) == 1) {
    parsed.bits = 32;
  } else if (inet_pton(AF_INET6, text.c_str(), parsed.bytes.data()) == 1) {
    parsed.bits = 128;
  } else {
    return std::nullopt;
  }
  return parsed;
}

// "10.0.1.16/28" or one address.
bool covers(const std::string& range, const Address& one) {
  const auto slash = range.find('/');
  const auto start = address(range.substr(0, slash));
  if (!start || start->bits != one.bits) return false;
  int bits = one.bits;
  if (slash != std::string::npos) {
    const char* const first = range.data() + slash + 1;
    const char* const last = range.data() + range.size();
    const auto [end, failure] = std::from_chars(first, last, bits);
    if (failure != std::errc{} || end != last || bits < 0 || bits > one.bits) return false;
  }
  for (int bit = 0; bit < bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((start->bytes[byte] & mask) != (one.bytes[byte] & mask)) return false;
  }
  return true;
}

std::string key_of(const Address& one) { return {one.bytes.begin(), one.bytes.begin() + one.bits / 8}; }

bool is_application(const std::string& load_balancer_arn) {
  return load_balancer_arn.contains(":loadbalancer/app/");
}

bool is_network_or_gateway(const std::string& load_balancer_arn) {
  return load_balancer_arn.contains(":loadbalancer/net/") || load_balancer_arn.contains(":loadbalancer/gwy/");
}

}  // namespace

LifecycleState lifecycle_state(const std::string& word) {
  const auto whole = from_word<LifecycleState>(word);
  return whole ? *whole
               : from_word<LifecycleState>(word.substr(0, word.find(':'))).value_or(LifecycleState::other);
}

CalendarState calendar_state(const std::string& word) {
  using enum CalendarState;
  return word == "OPEN" ? open : word == "CLOSED" ? closed : unknown;
}

CommandResult::State command_state(const std::string& word) {
  using enum CommandResult::State;
  static constexpr auto kStates =
      std::to_array<std::pair<std::string_view, CommandResult::State>>({{"Pending", running},
                                                                        {"InProgress", running},
                                                                        {"Delayed", running},
                                                                        {"Cancelling", running},
                                                                        {"Success", success},
                                                                        {"Cancelled", failed},
                                                                        {"TimedOut", failed},
                                                                        {"Failed", failed}});
  const auto* const found =
      std::ranges::find(kStates, std::string_view(word), [](const auto& one) { return one.first; });
  return found == kStates.end() ? unknown : found->second;
}

StatusCheck worst_check(std::span<const std::string> words) {
  using enum StatusCheck;
  static constexpr auto kBestFirst =
      std::to_array<StatusCheck>({ok, initializing, insufficient_data, unknown, impaired});
  const auto* worst = kBestFirst.end();
  for (const auto& word : words) {
    if (word.empty() || word == "not-applicable") continue;
    const auto* rank = std::ranges::find(kBestFirst, from_word<StatusCheck>(word).value_or(unknown));
    worst = worst == kBestFirst.end() ? rank : std::max(worst, rank);
  }
  return worst == kBestFirst.end() ? unknown : *worst;
}

bool zonal_shift(const std::string& administrative_override) {
  return administrative_override == "zonal_shift_active" ||
         administrative_override == "zonal_shift_delegated_to_dns";
}

bool asks_load_balancer(const std::map<std::string, std::string>& attributes,
                        const std::string& load_balancer_arn) {
  const auto own = attributes.find(kCrossZone);
  const bool decided = own != attributes.end() && (own->second == "true" || own->second == "false");
  return !decided && is_network_or_gateway(load_balancer_arn);
}

std::optional<bool> keeps_zones(const std::map<std::string, std::string>& attributes,
                                const std::string& load_balancer_arn,
                                const std::map<std::string, std::string>* of_load_balancer) {
  const auto* where = asks_load_balancer(attributes, load_balancer_arn) ? of_load_balancer : &attributes;
  if (where == nullptr) return std::nullopt;
  const auto cross_zone = where->find(kCrossZone);
  if (cross_zone != where->end() && cross_zone->second == "true") return false;
  if (cross_zone != where->end() && cross_zone->second == "false") return true;
  if (load_balancer_arn.empty() || is_application(load_balancer_arn)) return false;
  return std::nullopt;
}

Addresses::Addresses(const std::map<std::string, Instance>& instances) {
  const auto add = [&](const std::string& text, const std::string& id) {
    if (text.contains('/')) return of_ranges_.emplace_back(text, id), void();
    const auto one = address(text);
    if (!one) return;
    auto& ids = ids_[key_of(*one)];
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  };
  for (const auto& [id, instance] : instances) {
    add(instance.private_ip, id);
    for (const auto& text : instance.addresses) add(text, id);
  }
}

std::vector<Registration> Addresses::by_instance(std::vector<Registration> registrations) const {
  std::vector<Registration> named;
  named.reserve(registrations.size());
  for (auto& registration : registrations) {
    const auto one = address(registration.instance_id);
    if (!one) {
      named.push_back(std::move(registration));
      continue;
    }
    registration.by_address = true;
    std::vector<std::string> ids;
    if (const auto exact = ids_.find(key_of(*one)); exact != ids_.end()) ids = exact->second;
    for (const auto& [range, id] : of_ranges_) {
      if (covers(range, *one)) ids.push_back(id);
    }
    if (ids.empty()) ids.push_back(registration.instance_id);
    for (auto& id : ids) {
      named.push_back(registration);
      named.back().instance_id = std::move(id);
    }
  }
  return named;
}

std::string bounded(const std::string& untrusted) {
  constexpr std::size_t kLongest = 256;
  if (untrusted.size() <= kLongest) return untrusted;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(untrusted[end]) & 0xC0U) == 0x80U) --end;
  return untrusted.substr(0, end);
}

TrafficSource classic_source(const std::string& name) {
  return {TrafficSource::Kind::classic_load_balancer, "Classic Load Balancer " + bounded(name)};
}

std::optional<TargetGroup::Attributes> group_attributes(
    const std::map<std::string, std::string>& attributes) {
  const auto delay = number(attributes, "deregistration_delay.timeout_seconds", 300);
  const auto slow_start = number(attributes, "slow_start.duration_seconds", 0);
  const std::string health = "target_group_health.";
  const auto routing_count =
      number(attributes, health + "unhealthy_state_routing.minimum_healthy_targets.count", 1);
  const auto dns_count = number(attributes, health + "dns_failover.minimum_healthy_targets.count", 1);
  const auto routing_percent =
      number(attributes, health + "unhealthy_state_routing.minimum_healthy_targets.percentage", 0);
  const auto dns_percent = number(attributes, health + "dns_failover.minimum_healthy_targets.percentage", 0);
  if (!delay || !slow_start || !routing_count || !dns_count || !routing_percent || !dns_percent)
    return std::nullopt;
  return TargetGroup::Attributes{.deregistration_delay = std::chrono::seconds{*delay},
                                 .slow_start = std::chrono::seconds{*slow_start},
                                 .fail_open_count = std::max(*routing_count, *dns_count),
                                 .fail_open_percent = std::max(*routing_percent, *dns_percent)};
}

}  // namespace evenkeel::observe
