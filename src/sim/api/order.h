// What AWS leaves unspecified, made hostile and repeatable: the order of lists, and opaque page tokens.
#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/api/parameters.h"

namespace evenkeel::sim {

std::uint64_t hashed(std::string_view text, std::uint64_t seed);

// Puts items into an order that only the seed knows. It stays as items come and go, so that pages fit
// together.
template <class Item, class IssuedKey>
void scatter(std::vector<Item>& items, std::uint64_t seed, IssuedKey key) {
  std::vector<std::pair<std::uint64_t, Item>> order;
  order.reserve(items.size());
  for (Item& item : items) {
    const std::uint64_t hash = hashed(std::invoke(key, item), seed);
    order.emplace_back(hash, std::move(item));
  }
  std::ranges::sort(order, {}, &std::pair<std::uint64_t, Item>::first);
  items.clear();
  for (auto& [hash, item] : order) items.push_back(std::move(item));
}

struct Page {
  std::size_t begin = 0, end = 0;
  std::string next;  // the token for the rest; empty: there is none
};

// The part of `total` items that a token asks for (empty: the first). A token only fits the request for which
// it was made; any other is refused with `code`.
ApiResult<Page> page_of(std::size_t total, std::size_t size, const std::string& token,
                        const RequestParameters& parameters, const char* code = "InvalidNextToken");

template <class Item>
std::span<const Item> cut(const std::vector<Item>& items, const Page& page) {
  return std::span(items).subspan(page.begin, page.end - page.begin);
}

}  // namespace evenkeel::sim
