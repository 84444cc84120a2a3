#include "record/dynamo_items.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/checksum.h"
#include "base/text.h"
#include "record/dynamo_journal.h"
#include "record/events_json.h"

namespace evenkeel::record {

namespace dynamodb = aws::dynamodb;

std::string history_partition(const std::string& fleet) { return "history#" + fleet; }

std::string history_key(std::int64_t revision, std::optional<int> part) {
  return part ? fmt::format("{:020}.{:06}", revision, *part) : fmt::format("{:020}", revision);
}

Result<StoredState> StoredState::of(const dynamodb::Item& item) {
  const auto* document = dynamodb::text(item, "document");
  const auto* checksum = dynamodb::number(item, "crc32");
  const auto revision = revision_of(item);
  if (document == nullptr || checksum == nullptr || revision < 1) {
    return fail(ErrorKind::corrupt, "revision, document or crc32 is missing or of the wrong type");
  }
  if (*checksum != crc32(*document))
    return fail(ErrorKind::corrupt, "the stored document is not the one that was written");
  const auto* events = dynamodb::text(item, "events");
  return StoredState{revision, *document, events == nullptr ? "[]" : *events};
}

std::int64_t StoredState::revision_of(const dynamodb::Item& item) {
  const auto* revision = dynamodb::number(item, "revision");
  return revision == nullptr ? 0 : *revision;
}

dynamodb::Item StoredState::item(const std::string& fleet) const {
  return {{"pk", kStatePartition},
          {"sk", fleet},
          {"revision", revision},
          {"document", document},
          {"crc32", std::int64_t{crc32(document)}},
          {"events", events}};
}

dynamodb::Item history_item(const std::string& fleet, const std::string& key, const std::string& events) {
  dynamodb::Item item{{"pk", history_partition(fleet)},
                      {"sk", key},
                      {"events", events},
                      {"crc32", std::int64_t{crc32(events)}}};
  // What can't be read is kept for ever, as it is, for an operator to look at.
  if (const auto read = events_from_json(fleet, events); read && !read->empty()) {
    const Time last = std::ranges::max_element(*read, {}, &Event::at)->at;
    item["expires"] = std::int64_t{
        std::chrono::ceil<std::chrono::seconds>((last + kDynamoKept).time_since_epoch()).count()};
  }
  return item;
}

Result<std::vector<Event>> read_history(const std::string& fleet, const dynamodb::Item& item, Time now) {
  const auto* expires = dynamodb::number(item, "expires");
  if (expires != nullptr &&
      *expires <= std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count())
    return std::vector<Event>{};
  const auto* key = dynamodb::text(item, "sk");
  const auto broken = [&](std::string_view what) {
    return fail(ErrorKind::corrupt, fmt::format("history of fleet {}, item {}: {}", printable(fleet),
                                                key == nullptr ? "without a key" : printable(*key), what));
  };
  const auto* events = dynamodb::text(item, "events");
  const auto* checksum = dynamodb::number(item, "crc32");
  if (events == nullptr || checksum == nullptr || *checksum != crc32(*events))
    return broken("its events are not the ones that were written");
  auto read = events_from_json(fleet, *events);
  if (!read) return broken(read.error().message);
  return read;
}

}  // namespace evenkeel::record
