#include "record/dynamo_journal.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <utility>

#include "aws/dynamodb.h"
#include "base/text.h"
#include "record/dynamo_items.h"
#include "record/events_json.h"
#include "record/revisions.h"
#include "record/state_json.h"

namespace evenkeel::record {
namespace {

namespace dynamodb = aws::dynamodb;

// What an operation keeps of its time for the second look.
constexpr Duration kToLookAgain{3'000};
constexpr int kLargestHistoryPage = 500;
constexpr std::size_t kEventsInPart = 200;
constexpr const char* kNothing = "[]";

// The store's trouble and not AWS's with the fleet. A table that isn't there is a wrong --state, not an empty
// one.
Error of_store(Error error) {
  if (error.kind == ErrorKind::conflict) return error;
  error.code = kStoreCode;
  if (error.kind == ErrorKind::not_found) error.kind = ErrorKind::invalid;
  return error;
}

// A write that did not happen, however often it is tried: what was read before is still stored.
Error not_written(Error error) {
  error = of_store(std::move(error));
  if (error.kind != ErrorKind::conflict && error.kind != ErrorKind::invalid) error.code = kNotWrittenCode;
  return error;
}

class DynamoJournal final : public Store {
 public:
  DynamoJournal(wire::Caller caller, Clock& clock, std::string table)
      : caller_(std::move(caller)), clock_(clock), table_(std::move(table)) {}

  Result<std::optional<FleetState>> load(const std::string& fleet) override;
  Result<void> replace(const FleetState& next, std::span<const Event> events) override;
  Result<std::vector<Event>> history(const std::string& fleet, const std::string& instance_id,
                                     int limit) override;
  Result<std::vector<std::string>> fleets() override;
  Result<void> adopt(const FleetState& state, std::int64_t over, std::span<const Event> history) override;
  Result<bool> empty();

 private:
  // What is stored at a revision, as it was last read or written. A revision is written once, so this holds
  // as long as the revision does.
  struct Known {
    StoredState stored;
    FleetState state;
  };

  void begin() { until_ = clock_.now() + kDynamoWithin; }
  wire::Caller& caller(Duration kept_back = Duration::zero()) {
    caller_.set_deadline(until_ - kept_back);
    return caller_;
  }
  std::string place(const std::string& fleet) const {
    return fmt::format("table {}, fleet {}", printable(table_), printable(fleet));
  }
  Result<std::optional<dynamodb::Item>> read(const std::string& fleet);
  Result<Known> believe(const std::string& fleet, const dynamodb::Item& item);
  Result<void> store(const FleetState& next, std::int64_t over, std::span<const Event> events,
                     std::span<const Event> imported);
  Result<std::optional<Known>> replaced(const std::string& fleet, std::int64_t over);
  Result<void> check_size(const FleetState& next, std::size_t size, const std::optional<Known>& old) const;
  Result<void> keep(const std::string& fleet, const std::string& key, const std::string& events);
  Result<void> look_again(const std::string& fleet, const StoredState& ours, std::int64_t over, Error error);

  wire::Caller caller_;
  Clock& clock_;
  std::string table_;
  Time until_{};
  std::map<std::string, Known> known_;
};

Result<std::optional<dynamodb::Item>> DynamoJournal::read(const std::string& fleet) {
  auto found = dynamodb::get_item(caller(), table_, {kStatePartition, fleet});
  if (!found) return std::unexpected(of_store(std::move(found).error()));
  return std::move(found->value);
}

Result<DynamoJournal::Known> DynamoJournal::believe(const std::string& fleet, const dynamodb::Item& item) {
  const auto broken = [&](std::string_view what) {
    return fail(
        ErrorKind::corrupt,
        fmt::format("{}: {}; nothing is started with it. Put back the last good copy (point-in-time recovery "
                    "of the table; or delete the item, and `evenkeel state import` what was exported)",
                    place(fleet), what));
  };
  auto stored = StoredState::of(item);
  if (!stored) return broken(stored.error().message);
  const auto known = known_.find(fleet);
  if (known != known_.end() && known->second.stored.document == stored->document &&
      known->second.stored.revision == stored->revision)
    return Known{std::move(*stored), known->second.state};
  auto state = state_from_json(stored->document);
  if (!state) return fail(state.error().kind, fmt::format("{}: {}", place(fleet), state.error().message));
  if (state->fleet != fleet || state->revision != stored->revision) {
    return broken(fmt::format("the stored document is of fleet {} at revision {}, the item of revision {}",
                              printable(state->fleet), state->revision, stored->revision));
  }
  return Known{std::move(*stored), std::move(*state)};
}

Result<std::optional<FleetState>> DynamoJournal::load(const std::string& fleet) {
  begin();
  const auto item = TRY(read(fleet));
  if (!item) {
    known_.erase(fleet);
    return std::nullopt;
  }
  auto known = TRY(believe(fleet, *item));
  auto state = known.state;
  known_.insert_or_assign(fleet, std::move(known));
  return state;
}

Result<void> DynamoJournal::replace(const FleetState& next, std::span<const Event> events) {
  return store(next, next.revision - 1, events, {});
}

Result<void> DynamoJournal::adopt(const FleetState& state, std::int64_t over,
                                  std::span<const Event> history) {
  return store(state, over, {}, history);
}

Result<void> DynamoJournal::store(const FleetState& next, std::int64_t over, std::span<const Event> events,
                                  std::span<const Event> imported) {
  TRY_VOID(check_storable(next, over));
  begin();
  const auto old = TRY(replaced(next.fleet, over));
  const StoredState ours{next.revision, to_json(next), events_to_json(events)};
  const auto item = ours.item(next.fleet);
  TRY_VOID(check_size(next, dynamodb::size_of(item), old));
  if (old && old->stored.events != kNothing)
    TRY_VOID(keep(next.fleet, history_key(over), old->stored.events));
  for (std::size_t begin_at = 0; begin_at < imported.size(); begin_at += kEventsInPart) {
    begin();  // each part has the time of an operation: an import is no tick
    const auto part = imported.subspan(begin_at, std::min(kEventsInPart, imported.size() - begin_at));
    const auto number = static_cast<int>(begin_at / kEventsInPart);
    TRY_VOID(keep(next.fleet, history_key(next.revision, number), events_to_json(part)));
  }
  const dynamodb::PutCondition condition =
      over == 0 ? dynamodb::PutCondition{"pk", std::nullopt} : dynamodb::PutCondition{"revision", over};
  auto put = dynamodb::put_item(caller(kToLookAgain), table_, item, condition);
  if (!put.outcome) {
    known_.erase(next.fleet);
    TRY_VOID(look_again(next.fleet, ours, over, std::move(put.outcome).error()));
  }
  known_.insert_or_assign(next.fleet, Known{ours, next});
  return {};
}

// What is stored at revision `over`: mostly what this journal has just read.
Result<std::optional<DynamoJournal::Known>> DynamoJournal::replaced(const std::string& fleet,
                                                                    std::int64_t over) {
  if (over == 0) return std::nullopt;
  if (const auto known = known_.find(fleet); known != known_.end() && known->second.stored.revision == over)
    return known->second;
  const auto item = TRY(read(fleet));
  const auto stored = item ? StoredState::revision_of(*item) : 0;
  if (stored != over) return std::unexpected(lost_race(fleet, stored, over));
  return TRY(believe(fleet, *item));
}

Result<void> DynamoJournal::check_size(const FleetState& next, std::size_t size,
                                       const std::optional<Known>& old) const {
  if (next.open.size() > (old ? old->state.open.size() : 0) && size > kDynamoFull) {
    return fail(ErrorKind::rejected,
                fmt::format("{}: with one more remediation its state would take {} bytes; above {} none is "
                            "begun, so that there is room to finish those under way. Give the fleet fewer "
                            "members (several fleets instead of one), or keep the state in SQLite",
                            place(next.fleet), size, kDynamoFull),
                kStoreCode);
  }
  if (size <= dynamodb::kMaxItemBytes) return {};
  return fail(ErrorKind::rejected,
              fmt::format("{}: its state would take {} bytes, and an item of DynamoDB holds {}; nothing was "
                          "stored. Move it to SQLite (`evenkeel state export`), and put the members that are "
                          "out back by hand meanwhile",
                          place(next.fleet), size, dynamodb::kMaxItemBytes),
              kStoreCode);
}

// Puts events into the history; certain when it returns. The state has not been touched then, whatever the
// error.
Result<void> DynamoJournal::keep(const std::string& fleet, const std::string& key,
                                 const std::string& events) {
  auto put = dynamodb::put_item(caller(kToLookAgain), table_, history_item(fleet, key, events));
  if (put.outcome) return {};
  auto error = not_written(std::move(put.outcome).error());
  if (error.kind == ErrorKind::maybe_happened) error.kind = ErrorKind::unavailable;
  error.message = fmt::format("{}: the history could not be written, so the state was left as it is: {}",
                              place(fleet), error.message);
  return std::unexpected(std::move(error));
}

// Whether a put that didn't succeed in so many words is stored all the same; see the header.
Result<void> DynamoJournal::look_again(const std::string& fleet, const StoredState& ours, std::int64_t over,
                                       Error error) {
  const bool uncertain = error.kind == ErrorKind::maybe_happened;
  if (!uncertain && error.kind != ErrorKind::conflict) return std::unexpected(not_written(std::move(error)));
  const auto item = read(fleet);
  if (!item) {
    return fail(ErrorKind::maybe_happened,
                fmt::format("{}: {}; whether it was stored could not be read: {}", place(fleet),
                            error.message, item.error().message),
                kStoreCode);
  }
  const auto revision = *item ? StoredState::revision_of(**item) : 0;
  if (revision == ours.revision) {
    const auto stored = StoredState::of(**item);
    if (stored && stored->document == ours.document && stored->events == ours.events) return {};
  }
  if (uncertain && revision == over) return std::unexpected(not_written(std::move(error)));
  return std::unexpected(lost_race(fleet, revision, over));
}

Result<std::vector<Event>> DynamoJournal::history(const std::string& fleet, const std::string& instance_id,
                                                  int limit) {
  std::vector<Event> newest_first;
  if (limit <= 0) return newest_first;
  const auto full = [&] { return newest_first.size() >= static_cast<std::size_t>(limit); };
  const auto take = [&](const std::vector<Event>& events) {
    for (auto event = events.rbegin(); event != events.rend() && !full(); ++event) {
      if (instance_id.empty() || event->instance_id == instance_id) newest_first.push_back(*event);
    }
  };
  begin();
  // The state first: events only ever move from it into the history, so that none is missed between the two.
  std::string in_state;
  if (const auto item = TRY(read(fleet))) {
    const auto* events = dynamodb::text(*item, "events");
    in_state = history_key(StoredState::revision_of(*item));
    auto read_events = events_from_json(fleet, events == nullptr ? kNothing : *events);
    if (!read_events) {
      return fail(ErrorKind::corrupt,
                  fmt::format("{}, events of its state item: {}", place(fleet), read_events.error().message));
    }
    take(*read_events);
  }
  const dynamodb::Query query{.partition = history_partition(fleet),
                              .newest_first = true,
                              .page = instance_id.empty() ? std::min(limit, kLargestHistoryPage) : 0,
                              .attributes = {}};
  const auto read_all =
      dynamodb::query(caller(), table_, query, [&](const dynamodb::Item& item) -> Result<bool> {
        const auto* key = dynamodb::text(item, "sk");
        if (key == nullptr || *key != in_state) take(TRY(read_history(fleet, item, caller_.now())));
        return !full();
      });
  if (!read_all) return std::unexpected(of_store(read_all.error()));
  std::ranges::reverse(newest_first);
  return newest_first;
}

Result<std::vector<std::string>> DynamoJournal::fleets() {
  begin();
  std::vector<std::string> names;
  const dynamodb::Query query{
      .partition = kStatePartition, .newest_first = false, .page = 0, .attributes = {"pk", "sk"}};
  const auto read_all =
      dynamodb::query(caller(), table_, query, [&](const dynamodb::Item& item) -> Result<bool> {
        const auto* name = dynamodb::text(item, "sk");
        if (name != nullptr) names.push_back(*name);
        return true;
      });
  if (!read_all) return std::unexpected(of_store(read_all.error()));
  std::ranges::sort(names);
  return names;
}

Result<bool> DynamoJournal::empty() {
  begin();
  bool any = false;
  const dynamodb::Query query{
      .partition = kStatePartition, .newest_first = false, .page = 1, .attributes = {"pk", "sk"}};
  const auto read = dynamodb::query(caller(), table_, query, [&](const dynamodb::Item&) -> Result<bool> {
    any = true;
    return false;
  });
  if (!read) return std::unexpected(of_store(read.error()));
  return !any;
}

}  // namespace

std::unique_ptr<Store> open_dynamo(wire::Caller caller, Clock& clock, std::string table) {
  return std::make_unique<DynamoJournal>(std::move(caller), clock, std::move(table));
}

Result<std::unique_ptr<Store>> open_dynamo_read_only(wire::Caller caller, Clock& clock, std::string table) {
  auto journal = std::make_unique<DynamoJournal>(std::move(caller), clock, table);
  if (TRY(journal->empty())) {
    return fail(
        ErrorKind::not_found,
        fmt::format("table {}: holds no state yet; the first `evenkeel run` writes it", printable(table)));
  }
  return journal;
}

}  // namespace evenkeel::record
