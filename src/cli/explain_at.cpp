// `explain --at`: an earlier moment, as far as the history knows it.
#include <algorithm>
#include <fmt/core.h>

#include "base/text.h"
#include "cli/colours.h"
#include "cli/explain.h"
#include "cli/remembered.h"

namespace evenkeel::cli {
namespace {

constexpr int kFirst = 200;
constexpr std::ptrdiff_t kNear = 5;

std::optional<Event> last(const std::vector<Event>& events, EventKind kind, Time at) {
  std::optional<Event> found;
  for (const auto& event : events)
    if (event.kind == kind && event.at <= at) found = event;
  return found;
}

// The remediation that was under way then: it had begun, and something of it came after.
std::string under_way_at(const std::vector<Event>& events, Time at) {
  std::string id;
  for (const auto& event : events) {
    if (event.at <= at && !event.remediation_id.empty())
      id = event.kind == EventKind::done ? "" : event.remediation_id;
  }
  return id;
}

std::optional<Event> phase_at(const std::vector<Event>& events, Time at) {
  const auto id = under_way_at(events, at);
  std::optional<Event> found;
  for (const auto& event : events) {
    const bool step = event.kind == EventKind::start || event.kind == EventKind::phase;
    if (!id.empty() && event.remediation_id == id && step && event.at <= at) found = event;
  }
  return found;
}

std::vector<Event> around(std::vector<Event> events, Time at) {
  std::erase_if(events, is_change_of_reason);
  if (const auto id = under_way_at(events, at); !id.empty()) {
    std::erase_if(events, [&](const Event& event) { return event.remediation_id != id; });
    return events;
  }
  const auto middle = std::ranges::upper_bound(events, at, {}, &Event::at);
  const auto from = middle - std::min(kNear, middle - events.begin());
  const auto to = middle + std::min(kNear, events.end() - middle);
  return {from, to};
}

// An earlier build stored no word; what it stored begins with it. To be shown, never to decide by.
std::string reason_shown(const Event& event) {
  return event.word.empty() ? event.text.substr(0, event.text.find(':')) : event.word;
}

// The fleet's reason was the member's own as well: it is said once.
bool is_the_fleets(const PastView& then) {
  return then.verdict && then.held && reason_shown(*then.verdict) == reason_shown(*then.held);
}

bool is_held_back(const PastView& then) {
  return then.held && !(then.held->word.empty() && then.held->text == "nothing holds it back");
}

OrderedJson event_json(const std::optional<Event>& event) {
  if (!event) return nullptr;
  return {{"text", event->text}, {"told_at", iso8601(event->at)}};
}

bool is_member(const FleetState& state, const std::string& instance_id) {
  return state.members.contains(instance_id) ||
         std::ranges::any_of(state.groups_seen, [&](const auto& group) {
           return std::ranges::binary_search(group.second.members, instance_id);
         });
}

void show_around(Context& context, const PastView& then) {
  if (then.around.empty()) return;
  context.out << "\nAround it\n"
              << event_table(then.around).text("  ", context.out_is_terminal ? context.columns : 0);
}

}  // namespace

Result<PastView> look_back(record::Journal& journal, const FleetState& state, const std::string& instance_id,
                           Time at) {
  const auto& fleet = state.fleet;
  PastView then{.fleet = fleet, .known = false, .verdict = {}, .held = {}, .phase = {}, .around = {}};
  auto own = TRY(read_back(journal, fleet, instance_id, kFirst, [&](const auto& events) {
    return last(events, EventKind::verdict, at) && events.front().at < at - std::chrono::hours{24};
  }));
  then.known = !own.empty() || is_member(state, instance_id);
  then.verdict = last(own, EventKind::verdict, at);
  then.phase = phase_at(own, at);
  then.around = around(std::move(own), at);
  if (then.nothing()) return then;
  const auto whole = TRY(read_back(journal, fleet, "", kFirst, [&](const auto& events) {
    return last(events, EventKind::fleet, at).has_value();
  }));
  then.held = last(whole, EventKind::fleet, at);
  return then;
}

void show(Context& context, const std::string& id, Time at, const PastView& then) {
  auto& out = context.out;
  const auto colours = colours_for(context);
  out << fmt::format("{} in {} at {}, as the history has it\n", colours.bold(printable(id)), then.fleet,
                     iso8601(at));
  if (then.phase) {
    out << fmt::format("  under way: {}\n    so since {}\n", printable(then.phase->text, 1000),
                       iso8601(then.phase->at));
    return show_around(context, then);
  }
  // Of a member that only the whole fleet's reason holds back, no reason of its own is told: the last one may be over.
  const bool held = is_held_back(then);
  if (held) {
    out << fmt::format("  the whole fleet: {}\n    so since {}\n", printable(then.held->text, 1000),
                       iso8601(then.held->at));
  }
  if (held && is_the_fleets(then)) {
    out << "  and no other reason of its own was told by then\n";
  } else if (then.verdict) {
    out << fmt::format(
        "  {}{}\n    {} {}\n", held ? "of its own: " : "", printable(then.verdict->text, 1000),
        held ? "which may have changed meanwhile, for the whole fleet was held back; told at" : "so since",
        iso8601(then.verdict->at));
  } else if (held) {
    out << "  no reason of its own was told by then: none is while the whole fleet is held back\n";
  } else {
    out << "  no reason was told of it by then: nothing asked for it, as many others were out as\n"
           "    keep.out allows, or it was no member yet\n";
  }
  if (!held && then.held) {
    out << fmt::format("  the whole fleet: {}\n    so since {}\n", printable(then.held->text, 1000),
                       iso8601(then.held->at));
  } else if (!then.held) {
    out << "  nothing is told of what would have held back the whole fleet\n";
  }
  show_around(context, then);
}

OrderedJson view(const PastView& then) {
  OrderedJson events = OrderedJson::array();
  for (const auto& event : then.around) events.push_back(view(event));
  OrderedJson verdict = event_json(then.verdict);
  if (then.verdict) {
    verdict["reason"] = reason_shown(*then.verdict);
    verdict["may_have_changed"] = is_held_back(then);
  }
  return {{"fleet", then.fleet},
          {"verdict", std::move(verdict)},
          {"holds_back", event_json(then.held)},
          {"under_way", event_json(then.phase)},
          {"events", std::move(events)}};
}

}  // namespace evenkeel::cli
