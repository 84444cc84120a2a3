// Two collections sorted by the same id, walked side by side: cheaper than a search for each id.
#pragma once

#include <string>

namespace evenkeel::decide {

// `Map` is a std::map, const or not. The ids must be asked for in their order.
template <typename Map>
class SortedWalk {
 public:
  explicit SortedWalk(Map& map) : at_(map.begin()), end_(map.end()) {}

  // What the map has for the id; nullptr: nothing.
  auto* find(const std::string& id) {
    int order = -1;
    while (at_ != end_ && (order = at_->first.compare(id)) < 0) ++at_;
    return at_ != end_ && order == 0 ? &at_->second : nullptr;
  }
  // Where the last id asked for is, or would be put in.
  auto place() const { return at_; }

 private:
  decltype(Map{}.begin()) at_, end_;
};

}  // namespace evenkeel::decide
