#include "record/sqlite_journal.h"

#include <algorithm>
#include <filesystem>
#include <fmt/core.h>
#include <map>
#include <utility>

#include "base/checksum.h"
#include "base/text.h"
#include "record/revisions.h"
#include "record/sqlite.h"
#include "record/state_file.h"
#include "record/state_json.h"

namespace evenkeel::record {
namespace {

constexpr std::int64_t kApplicationId = 0x45564B4C;  // "EVKL"
constexpr std::int64_t kTablesVersion = 2;           // of the tables; the documents have their own
constexpr std::int64_t kWithoutWords = 1;            // the version before events had a word
constexpr std::int64_t kKeptEvents = 100'000;        // of each fleet
constexpr std::int64_t kTrimEvery = 1'000;           // events

constexpr const char* kMemory = ":memory:";

class SqliteJournal final : public Store {
 public:
  // `unwritable`: why nothing can be stored; every write fails with it.
  SqliteJournal(std::unique_ptr<Database> database, std::optional<FileIdentity> identity,
                std::optional<Error> unwritable = std::nullopt)
      : database_(std::move(database)), identity_(identity), unwritable_(std::move(unwritable)) {}

  Result<std::optional<FleetState>> load(const std::string& fleet) override;
  Result<void> replace(const FleetState& next, std::span<const Event> events) override;
  Result<std::vector<Event>> history(const std::string& fleet, const std::string& instance_id,
                                     int limit) override;
  Result<std::vector<std::string>> fleets() override;
  Result<void> adopt(const FleetState& state, std::int64_t over, std::span<const Event> history) override;

 private:
  Result<void> check_file() const {
    return identity_ ? check_identity(database_->path(), *identity_) : Result<void>();
  }
  // Stores `next` if the stored revision is `over`, and appends the events.
  Result<void> store(const FleetState& next, std::int64_t over, std::span<const Event> events);
  Result<void> swap(const FleetState& next, std::int64_t over, const std::string& document);
  Result<void> raise_tables();
  Result<void> append(const std::string& fleet, std::span<const Event> events);
  Result<void> trim_history();

  std::unique_ptr<Database> database_;
  std::optional<FileIdentity> identity_;  // empty for a database in memory
  std::optional<Error> unwritable_;
  // The document last read or written of each fleet and what it says: most ticks find again what they wrote.
  struct Known {
    std::string document;
    FleetState state;
  };
  std::map<std::string, Known> known_;
};

Result<std::optional<FleetState>> SqliteJournal::load(const std::string& fleet) {
  TRY_VOID(check_file());
  auto row = TRY(database_->prepare("SELECT revision, document, checksum FROM state WHERE fleet = ?1"));
  if (!TRY(row.bind(1, fleet).step())) return std::nullopt;
  const auto document = row.text(1);
  if (const auto known = known_.find(fleet); known != known_.end() && known->second.document == document &&
                                             known->second.state.revision == row.number(0)) {
    return known->second.state;
  }
  const auto broken = [&](std::string_view what) {
    return fail(
        ErrorKind::corrupt,
        fmt::format("state file {}, fleet {}: {}; nothing is started with it. Put back the last good copy",
                    printable(database_->path()), printable(fleet), what));
  };
  if (row.number(2) != crc32(document)) return broken("the stored document is not the one that was written");
  auto state = state_from_json(document);
  if (!state) {
    return fail(state.error().kind, fmt::format("state file {}, fleet {}: {}", printable(database_->path()),
                                                printable(fleet), state.error().message));
  }
  if (state->fleet != fleet || state->revision != row.number(0)) {
    return broken(fmt::format("the stored document is of fleet {} at revision {}, the row of revision {}",
                              printable(state->fleet), state->revision, row.number(0)));
  }
  known_.insert_or_assign(fleet, Known{document, *state});
  return std::move(*state);
}

Result<void> SqliteJournal::replace(const FleetState& next, std::span<const Event> events) {
  return store(next, next.revision - 1, events);
}

Result<void> SqliteJournal::adopt(const FleetState& state, std::int64_t over,
                                  std::span<const Event> history) {
  return store(state, over, history);
}

Result<void> SqliteJournal::store(const FleetState& next, std::int64_t over, std::span<const Event> events) {
  if (unwritable_) return std::unexpected(*unwritable_);
  TRY_VOID(check_file());
  TRY_VOID(check_storable(next, over));
  const auto document = to_json(next);
  if (document.size() > kMaxStateBytes) {
    return fail(
        ErrorKind::rejected,
        fmt::format("state file {}, fleet {}: its state would take {} bytes and could not be read again "
                    "above {}; nothing was stored. Give the fleet fewer members (several fleets "
                    "instead of one)",
                    printable(database_->path()), printable(next.fleet), document.size(), kMaxStateBytes),
        kStoreCode);
  }
  auto transaction = TRY(Transaction::write(*database_));
  TRY_VOID(swap(next, over, document));
  TRY_VOID(raise_tables());
  TRY_VOID(append(next.fleet, events));
  TRY_VOID(transaction.commit());
  known_.insert_or_assign(next.fleet, Known{document, next});
  return check_file();
}

Result<void> SqliteJournal::swap(const FleetState& next, std::int64_t over, const std::string& document) {
  auto row = TRY(database_->prepare("SELECT revision FROM state WHERE fleet = ?1"));
  const bool exists = TRY(row.bind(1, next.fleet).step());
  const std::int64_t stored = exists ? row.number(0) : 0;
  if (stored != over) return std::unexpected(lost_race(next.fleet, stored, over));
  auto put = TRY(database_->prepare(
      "INSERT INTO state (fleet, revision, document, checksum) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (fleet) "
      "DO "
      "UPDATE SET revision = excluded.revision, document = excluded.document, checksum = excluded.checksum"));
  put.bind(1, next.fleet).bind(2, next.revision).bind(3, document).bind(4, std::int64_t{crc32(document)});
  TRY_VOID(put.step());
  return {};
}

// What an earlier build made gets what its tables lack with the first write, or not at all: to open a file is
// not to change it.
Result<void> SqliteJournal::raise_tables() {
  if (TRY(database_->number("PRAGMA user_version")) != kWithoutWords) return {};
  TRY_VOID(database_->run("ALTER TABLE event ADD COLUMN word TEXT NOT NULL DEFAULT ''"));
  return database_->run(fmt::format("PRAGMA user_version = {}", kTablesVersion));
}

Result<void> SqliteJournal::append(const std::string& fleet, std::span<const Event> events) {
  if (events.empty()) return {};
  auto put =
      TRY(database_->prepare("INSERT INTO event (fleet, at, instance_id, remediation_id, kind, text, word) "
                             "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  for (const auto& event : events) {
    const auto at = iso8601(event.at);
    put.bind(1, fleet).bind(2, at).bind(3, event.instance_id).bind(4, event.remediation_id);
    put.bind(5, name(event.kind)).bind(6, event.text).bind(7, event.word);
    TRY_VOID(put.step());
    put.reset();
  }
  if (database_->last_id() % kTrimEvery >= static_cast<std::int64_t>(events.size())) return {};
  return trim_history();
}

// Of every fleet: whose event it is that sets this off is chance.
Result<void> SqliteJournal::trim_history() {
  auto row = TRY(database_->prepare("SELECT DISTINCT fleet FROM event"));
  std::vector<std::string> fleets;
  while (TRY(row.step())) fleets.push_back(row.text(0));
  auto trim = TRY(database_->prepare(
      "DELETE FROM event WHERE fleet = ?1 AND id <= (SELECT id FROM event WHERE fleet = ?1 ORDER BY id DESC "
      "LIMIT 1 OFFSET ?2)"));
  for (const auto& fleet : fleets) {
    TRY_VOID(trim.bind(1, fleet).bind(2, kKeptEvents).step());
    trim.reset();
  }
  return {};
}

Result<std::vector<Event>> SqliteJournal::history(const std::string& fleet, const std::string& instance_id,
                                                  int limit) {
  TRY_VOID(check_file());
  const bool has_words = TRY(database_->number("PRAGMA user_version")) != kWithoutWords;
  auto row = TRY(database_->prepare(
      fmt::format("SELECT at, instance_id, remediation_id, kind, text, {} FROM event WHERE fleet = ?1{} "
                  "ORDER BY id DESC LIMIT ?3",
                  has_words ? "word" : "''", instance_id.empty() ? "" : " AND instance_id = ?2")));
  row.bind(1, fleet).bind(2, instance_id).bind(3, std::int64_t{std::max(limit, 0)});
  std::vector<Event> events;
  while (TRY(row.step())) {
    const auto at = parse_iso8601(row.text(0));
    if (!at) {
      return fail(
          ErrorKind::corrupt,
          fmt::format("state file {}, history of fleet {}: \"{}\" is no time; put back the last good copy",
                      printable(database_->path()), printable(fleet), printable(row.text(0), 60)));
    }
    events.push_back({.at = *at,
                      .fleet = fleet,
                      .instance_id = row.text(1),
                      .remediation_id = row.text(2),
                      .kind = from_word<EventKind>(row.text(3)).value_or(EventKind::other),
                      .text = row.text(4),
                      .word = row.text(5)});
  }
  std::ranges::reverse(events);
  return events;
}

Result<std::vector<std::string>> SqliteJournal::fleets() {
  TRY_VOID(check_file());
  auto row = TRY(database_->prepare("SELECT fleet FROM state ORDER BY fleet"));
  std::vector<std::string> names;
  while (TRY(row.step())) names.push_back(row.text(0));
  return names;
}

// True: ours and readable. False: a database without anything in it. To be called within a transaction, or
// another process may create the tables between two of the questions.
Result<bool> check_version(Database& database) {
  const auto application = TRY(database.number("PRAGMA application_id"));
  const auto version = TRY(database.number("PRAGMA user_version"));
  const auto tables = TRY(database.number("SELECT count(*) FROM sqlite_schema"));
  if (application == 0 && version == 0 && tables == 0) return false;
  if (application != kApplicationId) {
    return fail(ErrorKind::corrupt,
                fmt::format("state file {}: is the database of another program, and was left untouched; name "
                            "Evenkeel's own state file, or one that doesn't exist yet",
                            printable(database.path())));
  }
  if (version != kTablesVersion && version != kWithoutWords) {
    return fail(
        ErrorKind::corrupt,
        fmt::format(
            "state file {}: was written by a newer Evenkeel (tables of version {}, this one knows {}); "
            "nothing is started with it. Run the newer program",
            printable(database.path()), version, kTablesVersion));
  }
  // A lookup through a damaged index finds nothing, and nothing would mean that nothing is in flight.
  if (const auto verdict = TRY(database.text("PRAGMA integrity_check(state)")); verdict != "ok") {
    return std::unexpected(damaged(database.path(), verdict));
  }
  return true;
}

Result<bool> is_ours(Database& database) {
  const auto moment = TRY(Transaction::read(database));
  return check_version(database);
}

Result<void> create_tables(Database& database) {
  auto transaction = TRY(Transaction::write(database));
  if (TRY(check_version(database))) return {};  // another process was faster
  for (
      const auto* sql :
      {"CREATE TABLE state (fleet TEXT PRIMARY KEY, revision INTEGER NOT NULL, document TEXT NOT NULL, "
       "checksum INTEGER NOT NULL) STRICT",
       "CREATE TABLE event (id INTEGER PRIMARY KEY, fleet TEXT NOT NULL, at TEXT NOT NULL, instance_id TEXT "
       "NOT NULL, remediation_id TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, word TEXT NOT NULL DEFAULT '') STRICT",
       "CREATE INDEX event_of_fleet ON event (fleet)",
       "CREATE INDEX event_of_instance ON event (fleet, instance_id)"}) {
    TRY_VOID(database.run(sql));
  }
  TRY_VOID(database.run(fmt::format("PRAGMA application_id = {}", kApplicationId)));
  TRY_VOID(database.run(fmt::format("PRAGMA user_version = {}", kTablesVersion)));
  return transaction.commit();
}

// SQLite gives up at once, without waiting, when two processes switch a new file at the same moment. The
// loser waits here for the winner by asking for the writer's place, and finds the switch done.
Result<std::string> switch_to_wal(Database& database) {
  for (int attempt = 0;; ++attempt) {
    auto mode = database.text("PRAGMA journal_mode = WAL");
    if (mode || mode.error().kind != ErrorKind::unavailable || attempt == 10) return mode;
    TRY_VOID(Transaction::write(database));
  }
}

Result<void> prepare_for_writing(Database& database, bool in_memory) {
  TRY_VOID(database.run("PRAGMA synchronous = FULL"));
  const bool ours = TRY(is_ours(database));
  if (!in_memory && TRY(switch_to_wal(database)) != "wal") {
    return fail(
        ErrorKind::invalid,
        fmt::format("state file {}: its file system can't share memory between programs, which SQLite's WAL "
                    "needs; put it on a disk of this machine",
                    printable(database.path())));
  }
  return ours ? Result<void>() : create_tables(database);
}

std::string absolute(const std::string& path) {
  std::error_code failure;
  const auto found = std::filesystem::absolute(path, failure);
  return failure ? path : found.string();
}

// Opens the database; the file must have been the same one before and after.
Result<std::pair<std::unique_ptr<Database>, FileIdentity>> open_file(const std::string& path, int flags) {
  const auto before = TRY(identity(path));
  auto database = TRY(Database::open(path, flags));
  TRY_VOID(check_identity(path, before));
  return std::pair{std::move(database), before};
}

using Opened = std::pair<std::unique_ptr<Database>, FileIdentity>;

// The log has something that is not in the file yet.
bool has_log(const std::string& path) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(path + "-wal", failure);
  return !failure && size > 0;
}

// With the log's index in this process's own memory, since there is no room for it beside the file.
Result<Opened> open_with_own_index(const std::string& path) {
  auto opened = TRY(open_file(path, SQLITE_OPEN_READWRITE));
  opened.first->keep_log();
  TRY_VOID(opened.first->run("PRAGMA locking_mode = EXCLUSIVE"));
  return opened;
}

Result<Opened> open_as_it_lies(const std::string& path) {
  const auto before = TRY(identity(path));
  auto database = TRY(Database::open_immutable(path));
  TRY_VOID(check_identity(path, before));
  return Opened{std::move(database), before};
}

// Whether it is ours, and the database open for reading. Where SQLite has no room for what it keeps beside a
// file that is read, there are ways without.
Result<std::pair<bool, Opened>> open_to_read(const std::string& path) {
  const auto attempt = [](Result<Opened> opened) -> Result<std::pair<bool, Opened>> {
    auto open = TRY(std::move(opened));
    const bool ours = TRY(is_ours(*open.first));
    return std::pair{ours, std::move(open)};
  };
  auto first = attempt(open_file(path, SQLITE_OPEN_READONLY));
  if (first || first.error().code != kReadOnlyCode) return first;
  auto second = attempt(has_log(path) ? open_with_own_index(path) : open_as_it_lies(path));
  return second ? std::move(second) : std::move(first);
}

Result<std::unique_ptr<Store>> open_to_write(const std::string& full, bool exists) {
  if (!exists) TRY_VOID(create_private(full));
  auto [database, opened] = TRY(open_file(full, SQLITE_OPEN_READWRITE));
  TRY_VOID(prepare_for_writing(*database, false));
  return std::make_unique<SqliteJournal>(std::move(database), opened);
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path) {
  if (path == kMemory) {
    auto database = TRY(Database::open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
    TRY_VOID(prepare_for_writing(*database, true));
    return std::make_unique<SqliteJournal>(std::move(database), std::nullopt);
  }
  const bool exists = TRY(check_location(path));
  const auto full = absolute(path);
  auto written = open_to_write(full, exists);
  if (written || written.error().code != kReadOnlyCode || !exists) return written;
  // Who was taken out is written there, and can still be put back.
  auto read = open_to_read(full);
  if (!read || !read->first) return written;
  auto& [database, opened] = read->second;
  return std::make_unique<SqliteJournal>(std::move(database), opened, std::move(written).error());
}

Result<std::unique_ptr<Store>> open_sqlite_read_only(const std::string& path) {
  const auto nothing = [&](std::string_view what) {
    return fail(ErrorKind::not_found,
                fmt::format("state file {}: {}; the first `evenkeel run` creates it", printable(path), what));
  };
  if (path == kMemory || !TRY(check_location(path))) return nothing("doesn't exist");
  auto [ours, open] = TRY(open_to_read(absolute(path)));
  if (!ours) return nothing("holds nothing yet");
  auto& [database, opened] = open;
  return std::make_unique<SqliteJournal>(std::move(database), opened);
}

}  // namespace evenkeel::record
