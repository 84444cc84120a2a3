#include "sim/world/tables.h"

#include <algorithm>
#include <charconv>

namespace evenkeel::sim {
namespace {

constexpr Duration kRemembered = std::chrono::minutes{1};
constexpr std::chrono::days kTooOldToExpire{5 * 365};

std::optional<Time> expiry(const Item& item, const std::string& attribute) {
  const auto found = item.find(attribute);
  if (found == item.end() || found->second.type != "N") return std::nullopt;
  std::int64_t since_epoch = 0;
  const auto& text = found->second.text;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), since_epoch);
  if (read.ec != std::errc() || since_epoch < 0 || since_epoch > 1'000'000'000'000) return std::nullopt;
  return Time{std::chrono::seconds{since_epoch}};
}

}  // namespace

bool ItemKeyOrder::operator()(const ItemKey& one, const ItemKey& other) const {
  if (one.partition.text != other.partition.text) return one.partition.text < other.partition.text;
  return compare(one.sort, other.sort).value_or(0) < 0;
}

const Item* Table::item(const std::vector<ItemVersion>& versions, Time time, Duration ttl_delay) const {
  const auto later = std::ranges::upper_bound(versions, time, {}, &ItemVersion::since);
  if (later == versions.begin() || !std::prev(later)->item) return nullptr;
  const Item& item = *std::prev(later)->item;
  if (ttl_attribute.empty()) return &item;
  const auto expires = expiry(item, ttl_attribute);
  const bool deleted = expires && time >= *expires + ttl_delay && time < *expires + kTooOldToExpire;
  return deleted ? nullptr : &item;
}

const Item* Table::item(const ItemKey& key, Time time, Duration ttl_delay) const {
  const auto found = items.find(key);
  return found == items.end() ? nullptr : item(found->second, time, ttl_delay);
}

void Table::write(const ItemKey& key, std::optional<Item> item, Time now) {
  auto& versions = items[key];
  versions.push_back({now, std::move(item)});
  const auto recent = std::ranges::upper_bound(versions, now - kRemembered, {}, &ItemVersion::since);
  if (recent > versions.begin() + 1) versions.erase(versions.begin(), recent - 1);
}

}  // namespace evenkeel::sim
