#include "record/sqlite_journal.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "base/checksum.h"
#include "record/sqlite.h"
#include "record/state_file.h"
#include "record/state_json.h"
#include "record/testing/journal_contract.h"
#include "record/testing/sample_states.h"

namespace evenkeel::record {
namespace {

class TestDirectory {
 public:
  TestDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "evenkeel-record-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name = "state.db") const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// Runs statements from outside, as another program would.
void tamper(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
  sqlite3_close(handle);
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("''") : std::string(1, c);
  return result + "'";
}

std::unique_ptr<Store> opened(const std::string& path) {
  auto journal = open_sqlite(path);
  EXPECT_TRUE(journal) << journal.error().message;
  return journal ? std::move(*journal) : nullptr;
}

FleetState first_state() {
  auto state = maximal_state();
  state.revision = 1;
  return state;
}

class SqliteFile final : public TestStore {
 public:
  std::unique_ptr<Store> open() override { return opened(directory_.file()); }
  void plant(const std::string& fleet, std::int64_t revision, const std::string& document) override {
    tamper(directory_.file(), "INSERT OR REPLACE INTO state VALUES (" + quoted(fleet) + ", " +
                                  std::to_string(revision) + ", " + quoted(document) + ", " +
                                  std::to_string(crc32(document)) + ")");
  }

 private:
  TestDirectory directory_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, JournalContract,
                         testing::Values(MakeStore([] { return std::make_unique<SqliteFile>(); })));

TEST(Checksum, IsTheOneOfZlib) {
  EXPECT_EQ(crc32(""), 0U);
  EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
}

TEST(SqliteJournal, KeepsEverythingInMemoryWhenAsked) {
  const auto journal = opened(":memory:");
  ASSERT_TRUE(journal->replace(first_state(), {}));
  EXPECT_EQ((*journal->load("web"))->revision, 1);
  EXPECT_FALSE(std::filesystem::exists(":memory:"));
  EXPECT_FALSE((*open_sqlite(":memory:"))->load("web")->has_value()) << "every one is a database of its own";
}

TEST(SqliteJournal, FileIsReadableByItsOwnerOnly) {
  const TestDirectory directory;
  const auto journal = opened(directory.file());
  ASSERT_TRUE(journal->replace(first_state(), {}));
  for (const char* name : {"state.db", "state.db-wal", "state.db-shm"}) {
    struct stat status{};
    ASSERT_EQ(::stat(directory.file(name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
  }
}

TEST(SqliteJournal, WritesAheadAndSynchronizesFully) {
  const TestDirectory directory;
  const auto journal = opened(directory.file());
  const auto database = Database::open(directory.file(), SQLITE_OPEN_READWRITE);
  EXPECT_EQ(*(*database)->text("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(*(*database)->number("PRAGMA application_id"), 0x45564B4C);
  EXPECT_EQ(*(*database)->number("PRAGMA user_version"), 2);
}

TEST(SqliteJournal, SurvivesBeingClosedAndOpened) {
  const TestDirectory directory;
  ASSERT_TRUE(opened(directory.file())->replace(first_state(), {}));
  EXPECT_EQ(**opened(directory.file())->load("web"), first_state());
}

TEST(SqliteJournal, MayBeCreatedByManyAtOnce) {
  for (int round = 0; round < 20; ++round) {
    const TestDirectory directory;
    std::vector<std::string> failures(4);
    std::vector<std::thread> threads;
    for (auto& failure : failures) {
      threads.emplace_back([&failure, path = directory.file()] {
        if (const auto journal = open_sqlite(path); !journal) failure = journal.error().message;
      });
    }
    for (auto& thread : threads) thread.join();
    ASSERT_EQ(failures, std::vector<std::string>(4)) << "round " << round;
  }
}

TEST(SqliteJournal, AChangedDocumentIsCorrupt) {
  const TestDirectory directory;
  const auto journal = opened(directory.file());
  ASSERT_TRUE(journal->replace(first_state(), {}));
  tamper(directory.file(), "UPDATE state SET document = replace(document, 'draining', 'rejoining') || ' '");
  const auto state = journal->load("web");
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().kind, ErrorKind::corrupt);
  EXPECT_EQ(state.error().message,
            "state file " + directory.file() +
                ", fleet web: the stored document is not the one that was written; nothing is "
                "started with it. Put back the last good copy");
}

TEST(SqliteJournal, ARowThatContradictsItsDocumentIsCorruptForTheOneThatWroteItToo) {
  const TestDirectory directory;
  const auto journal = opened(directory.file());
  ASSERT_TRUE(journal->replace(first_state(), {}));
  ASSERT_TRUE(journal->load("web"));
  tamper(directory.file(), "UPDATE state SET revision = 2");
  EXPECT_EQ(journal->load("web").error().kind, ErrorKind::corrupt);
}

TEST(SqliteJournal, StoresNothingThatItCouldNotReadAgain) {
  const TestDirectory directory;
  const auto journal = opened(directory.file());
  ASSERT_TRUE(journal->replace(first_state(), {}));
  FleetState huge = journal->load("web").value().value();
  ++huge.revision;
  huge.pause = Pause{std::string(kMaxStateBytes, 'x'), "ann", huge.last_tick_at};
  const auto refused = journal->replace(huge, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::rejected);
  EXPECT_EQ(refused.error().code, kStoreCode);
  EXPECT_NE(refused.error().message.find("could not be read again"), std::string::npos);
  EXPECT_EQ(journal->load("web").value()->revision, 1);
}

TEST(SqliteJournal, AnEventWhoseTimeIsNoTimeIsCorruptAndNamed) {
  const TestDirectory directory;
  const auto journal = opened(directory.file());
  const Event event{first_state().last_tick_at, "web", "i-1", "r", EventKind::start, "it begins"};
  ASSERT_TRUE(journal->replace(first_state(), {{event}}));
  ASSERT_EQ(journal->history("web", "", 10)->size(), 1U);
  tamper(directory.file(), "UPDATE event SET at = 'yesterday'");
  const auto broken = journal->history("web", "", 10);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().kind, ErrorKind::corrupt);
  EXPECT_NE(broken.error().message.find("\"yesterday\" is no time"), std::string::npos);
}

TEST(SqliteJournal, RefusesTheDatabaseOfAnotherProgramAndLeavesItAlone) {
  const TestDirectory directory;
  tamper(directory.file(), "CREATE TABLE recipes (name TEXT)");
  for (const auto& open : {open_sqlite, open_sqlite_read_only}) {
    const auto journal = open(directory.file());
    ASSERT_FALSE(journal);
    EXPECT_EQ(journal.error().kind, ErrorKind::corrupt);
    EXPECT_EQ(journal.error().message, "state file " + directory.file() +
                                           ": is the database of another program, and was left untouched; "
                                           "name Evenkeel's own state file, or one that doesn't exist yet");
  }
  const auto database = Database::open(directory.file(), SQLITE_OPEN_READWRITE);
  EXPECT_EQ(*(*database)->text("PRAGMA journal_mode"), "delete");
  EXPECT_EQ(*(*database)->number("SELECT count(*) FROM sqlite_schema"), 1);
}

// As an earlier build made them, with one event.
void make_tables_of_an_earlier_build(const std::string& file) {
  ASSERT_TRUE(opened(file)->replace(first_state(), {}));
  tamper(file, "ALTER TABLE event DROP COLUMN word");
  tamper(file,
         "INSERT INTO event (fleet, at, instance_id, remediation_id, kind, text) VALUES ('web', "
         "'2026-11-22T06:45:00Z', 'i-1', 'i-1@x', 'verdict', 'cooldown: treated 5m ago')");
  tamper(file, "PRAGMA user_version = 1");
}

TEST(SqliteJournal, TablesOfAnEarlierBuildGetTheirWordsWithTheFirstWrite) {
  const TestDirectory directory;
  make_tables_of_an_earlier_build(directory.file());
  const auto journal = opened(directory.file());
  const auto version = [&] {
    return *(*Database::open(directory.file(), SQLITE_OPEN_READWRITE))->number("PRAGMA user_version");
  };
  EXPECT_EQ(version(), 1) << "to open a file is not to change it";
  EXPECT_EQ(journal->history("web", "", 10)->at(0).text, "cooldown: treated 5m ago");
  auto next = first_state();
  ASSERT_FALSE(journal->replace(next, {})) << "a race that is lost changes nothing";
  EXPECT_EQ(version(), 1);
  next.revision = 2;
  const std::vector<Event> events{
      {at(1), "web", "i-1", "i-1@x", EventKind::verdict, "held: look at it", "held"}};
  ASSERT_TRUE(journal->replace(next, events));
  EXPECT_EQ(version(), 2);
  const auto history = journal->history("web", "", 10);
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ(history->at(0).word, "");
  EXPECT_EQ(history->at(1), events[0]);
  EXPECT_EQ(*opened(directory.file())->history("web", "", 10), *history);
}

TEST(SqliteJournal, RefusesNewerTables) {
  const TestDirectory directory;
  ASSERT_TRUE(opened(directory.file())->replace(first_state(), {}));
  tamper(directory.file(), "PRAGMA user_version = 3");
  const auto journal = open_sqlite(directory.file());
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().kind, ErrorKind::corrupt);
  EXPECT_EQ(journal.error().message, "state file " + directory.file() +
                                         ": was written by a newer Evenkeel (tables of version 3, this one "
                                         "knows 2); nothing is started with it. Run the newer program");
}

TEST(SqliteJournal, RefusesWhatIsNoDatabase) {
  const TestDirectory directory;
  std::ofstream(directory.file()) << std::string(4096, 'x');
  const auto journal = open_sqlite(directory.file());
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().kind, ErrorKind::corrupt);
  EXPECT_NE(journal.error().message.find("is not an SQLite database"), std::string::npos)
      << journal.error().message;
}

TEST(SqliteJournal, DamagedPagesAreCorruptOrStillGiveTheTruth) {
  const TestDirectory directory;
  ASSERT_TRUE(opened(directory.file())->replace(first_state(), {}));
  std::stringstream stream;
  stream << std::ifstream(directory.file(), std::ios::binary).rdbuf();
  const auto good = stream.str();
  SeededRandom random(7);
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    auto bad = good;
    for (int i = 0; i < 8; ++i)
      bad[100 + random.below(bad.size() - 100)] = static_cast<char>(random.next() & 0xFFU);
    std::ofstream(directory.file("bad.db"), std::ios::binary) << bad;
    const auto journal = open_sqlite_read_only(directory.file("bad.db"));
    const auto state = journal ? (*journal)->load("web") : std::unexpected(journal.error());
    if (!state) {
      EXPECT_EQ(state.error().kind, ErrorKind::corrupt) << state.error().message;
      ++refused;
    } else {
      ASSERT_TRUE(state->has_value()) << "round " << round << ": damage must not look like an empty state";
      EXPECT_EQ(**state, first_state());
    }
    for (const char* name : {"bad.db", "bad.db-wal", "bad.db-shm"})
      std::filesystem::remove(directory.file(name));
  }
  EXPECT_GT(refused, 50);
}

// The fleet's name stands in the table, in its index and in the document: a lookup through a damaged index
// finds nothing, and nothing would mean that nothing is in flight.
TEST(SqliteJournal, ADamagedNameNeverLooksLikeAnEmptyState) {
  const TestDirectory directory;
  ASSERT_TRUE(opened(directory.file())->replace(first_state(), {}));
  std::stringstream stream;
  stream << std::ifstream(directory.file(), std::ios::binary).rdbuf();
  const auto good = stream.str();
  int tried = 0;
  for (auto at = good.find("web"); at != std::string::npos; at = good.find("web", at + 1)) {
    auto bad = good;
    bad[at] = 'x';
    std::ofstream(directory.file("bad.db"), std::ios::binary) << bad;
    const auto journal = open_sqlite_read_only(directory.file("bad.db"));
    const auto state = journal ? (*journal)->load("web") : std::unexpected(journal.error());
    ASSERT_FALSE(state) << "byte " << at;
    EXPECT_EQ(state.error().kind, ErrorKind::corrupt);
    ++tried;
  }
  EXPECT_GE(tried, 3);
}

TEST(SqliteJournal, NoticesThatTheFileWasReplaced) {
  const TestDirectory directory;
  const auto journal = opened(directory.file());
  ASSERT_TRUE(journal->replace(first_state(), {}));
  std::filesystem::copy_file(directory.file(), directory.file("copy.db"));
  std::filesystem::rename(directory.file("copy.db"), directory.file());
  auto next = first_state();
  next.revision = 2;
  const auto replaced = journal->replace(next, {});
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().kind, ErrorKind::corrupt);
  EXPECT_EQ(replaced.error().message, "state file " + directory.file() +
                                          ": was replaced while in use; nothing is started with it. Stop "
                                          "every Evenkeel on this machine, put the "
                                          "right file in its place, and begin again");
  EXPECT_EQ(journal->load("web").error().kind, ErrorKind::corrupt);
  EXPECT_EQ(journal->history("web", "", 1).error().kind, ErrorKind::corrupt);
  EXPECT_EQ(journal->fleets().error().kind, ErrorKind::corrupt);
}

TEST(SqliteJournal, NoticesThatTheFileWasDeleted) {
  const TestDirectory directory;
  const auto journal = opened(directory.file());
  std::filesystem::remove(directory.file());
  const auto state = journal->load("web");
  ASSERT_FALSE(state) << "a vanished file is not an empty one";
  EXPECT_EQ(state.error().kind, ErrorKind::corrupt);
  EXPECT_NE(state.error().message.find(": was deleted while in use"), std::string::npos);
}

TEST(SqliteJournal, ALockThatLastsIsUnavailable) {
  const TestDirectory directory;
  const auto journal = opened(directory.file());
  auto other = Database::open(directory.file(), SQLITE_OPEN_READWRITE);
  const auto held = Transaction::write(**other);
  const auto replaced = journal->replace(first_state(), {});
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().kind, ErrorKind::unavailable);
  EXPECT_NE(replaced.error().message.find("another program has kept it locked for longer than 2s"),
            std::string::npos);
  EXPECT_FALSE(journal->load("web")->has_value()) << "readers go on";
}

TEST(SqliteJournal, AFullDiskStoresNothing) {
  const TestDirectory directory;
  ASSERT_TRUE(opened(directory.file())->replace(first_state(), {}));
  auto database = Database::open(directory.file(), SQLITE_OPEN_READWRITE);
  ASSERT_TRUE(*(*database)->number("PRAGMA max_page_count = 1"));
  auto transaction = Transaction::write(**database);
  const auto filled =
      (*database)->run("INSERT INTO event SELECT 1, 'web', '', '', '', '', hex(zeroblob(100000)), ''");
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().kind, ErrorKind::unavailable);
  EXPECT_NE(filled.error().message.find("the disk is full; nothing was stored. Free some space"),
            std::string::npos)
      << filled.error().message;
}

TEST(SqliteJournal, EveryResultCodeHasAKindAndARemedy) {
  const auto kind = [](int code) { return sqlite_error("x.db", nullptr, code).kind; };
  EXPECT_EQ(kind(SQLITE_BUSY_SNAPSHOT), ErrorKind::unavailable);
  EXPECT_EQ(kind(SQLITE_IOERR_FSYNC), ErrorKind::unavailable);
  EXPECT_EQ(kind(SQLITE_READONLY_DIRECTORY), ErrorKind::denied);
  EXPECT_EQ(kind(SQLITE_CANTOPEN), ErrorKind::denied);
  EXPECT_EQ(kind(SQLITE_CORRUPT_INDEX), ErrorKind::corrupt);
  EXPECT_EQ(kind(SQLITE_ERROR), ErrorKind::corrupt);
  EXPECT_NE(sqlite_error("x.db", nullptr, SQLITE_IOERR_SHMSIZE).message.find("is the disk full?"),
            std::string::npos);
  for (const int code : {SQLITE_BUSY, SQLITE_NOTADB, SQLITE_CORRUPT, SQLITE_IOERR_WRITE}) {
    EXPECT_EQ(sqlite_error("x.db", nullptr, code).code, kStoreCode) << "it must not be taken for AWS's";
  }
  for (const int code : {SQLITE_FULL, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_IOERR_SHMSIZE}) {
    EXPECT_EQ(sqlite_error("x.db", nullptr, code).code, kReadOnlyCode) << "it may still be read";
  }
  EXPECT_EQ(sqlite_error("a\x1b.db", nullptr, SQLITE_FULL).message,
            "state file a\\x1b.db: the disk is full; nothing was stored. Free some space (SQLite: database "
            "or disk is full)");
}

TEST(SqliteJournal, KeepsTheNewestHundredThousandEvents) {
  const TestDirectory directory;
  const auto journal = opened(directory.file());
  std::vector<Event> many(100'500, Event{at(0), "web", "i-1", "", EventKind::phase, "old"});
  auto state = first_state();
  ASSERT_TRUE(journal->replace(state, many));
  many.assign(1'000, Event{at(1), "web", "i-1", "", EventKind::phase, "new"});
  state.revision = 2;
  ASSERT_TRUE(journal->replace(state, many));
  const auto history = journal->history("web", "", 1'000'000);
  ASSERT_TRUE(history);
  EXPECT_EQ(history->size(), 100'000U);
  EXPECT_EQ(history->front().text, "old");
  EXPECT_EQ(history->back().text, "new");
}

TEST(SqliteJournal, TrimsTheHistoryOfEveryFleetWhicheverFleetSetsItOff) {
  const TestDirectory directory;
  const auto journal = opened(directory.file());
  auto loud = first_state();
  ASSERT_TRUE(journal->replace(
      loud, std::vector<Event>(500, Event{at(0), "web", "i-1", "", EventKind::phase, "old"})));
  loud.revision = 2;
  // Event 100,999 is the last: the next thousand is another fleet's.
  ASSERT_TRUE(journal->replace(loud, {}));
  tamper(
      directory.file(),
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100499) INSERT INTO event "
      "(fleet, at, instance_id, remediation_id, kind, text) SELECT 'web', '2026-11-22T06:45:00Z', 'i-1', '', "
      "'phase', 'new' FROM n");
  auto quiet = first_state();
  quiet.fleet = "api";
  ASSERT_TRUE(journal->replace(quiet, std::vector{Event{at(1), "api", "i-2", "", EventKind::phase, "one"}}));
  EXPECT_EQ(journal->history("web", "", 1'000'000)->size(), 100'000U);
  EXPECT_EQ(journal->history("api", "", 1'000'000)->size(), 1U);
}

TEST(SqliteReadOnly, NeverCreatesAFile) {
  const TestDirectory directory;
  const auto journal = open_sqlite_read_only(directory.file());
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().kind, ErrorKind::not_found);
  EXPECT_EQ(journal.error().message,
            "state file " + directory.file() + ": doesn't exist; the first `evenkeel run` creates it");
  EXPECT_FALSE(std::filesystem::exists(directory.file()));
  std::ofstream(directory.file()).close();
  EXPECT_EQ(open_sqlite_read_only(directory.file()).error().kind, ErrorKind::not_found);
  EXPECT_EQ(std::filesystem::file_size(directory.file()), 0U);
}

TEST(SqliteReadOnly, ReadsTablesOfAnEarlierBuildAndStillDoesOnceAnotherHasRaisedThem) {
  const TestDirectory directory;
  make_tables_of_an_earlier_build(directory.file());
  const auto reader = open_sqlite_read_only(directory.file());
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ((*reader)->history("web", "i-1", 10)->at(0).word, "");
  auto next = first_state();
  next.revision = 2;
  ASSERT_TRUE(
      opened(directory.file())
          ->replace(next, std::vector<Event>{{at(1), "web", "i-1", "", EventKind::phase, "held", "held"}}));
  EXPECT_EQ((*reader)->history("web", "i-1", 10)->at(1).word, "held");
}

TEST(SqliteReadOnly, ReadsWhileAnotherWritesAndNeverWrites) {
  const TestDirectory directory;
  const auto writer = opened(directory.file());
  ASSERT_TRUE(
      writer->replace(first_state(), std::vector{Event{at(0), "web", "", "", EventKind::start, "s"}}));
  const auto reader = open_sqlite_read_only(directory.file());
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ((*(*reader)->load("web"))->revision, 1);
  auto next = first_state();
  next.revision = 2;
  ASSERT_TRUE(writer->replace(next, {}));
  EXPECT_EQ((*(*reader)->load("web"))->revision, 2);
  EXPECT_EQ((*reader)->history("web", "", 5)->size(), 1U);
  next.revision = 3;
  EXPECT_EQ((*reader)->replace(next, {}).error().kind, ErrorKind::denied);
}

TEST(StateFile, IsRefusedWhereItCannotBeRelied) {
  const TestDirectory directory;
  EXPECT_EQ(open_sqlite("").error().message, "state file: the path is empty; name a file");
  const auto nowhere = open_sqlite(directory.file("no/state.db"));
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, ErrorKind::invalid);
  EXPECT_EQ(nowhere.error().message, "state file " + directory.file("no/state.db") +
                                         ": its directory doesn't exist; create " + directory.file("no") +
                                         " first");
  const auto itself = open_sqlite(directory.file(""));
  ASSERT_FALSE(itself);
  EXPECT_NE(itself.error().message.find("is not a regular file"), std::string::npos);
}

TEST(StateFile, NetworkFileSystemsAreRecognised) {
  EXPECT_EQ(network_file_system(0x6969), "NFS");
  EXPECT_EQ(network_file_system(0xFE534D42), "SMB2");
  EXPECT_EQ(network_file_system(0xFFFFFFFFFF534D42), "CIFS") << "sign-extended on 64 bits";
  EXPECT_EQ(network_file_system(0x00C36400), "Ceph");
  EXPECT_EQ(network_file_system(0x5346414F), "AFS");
  EXPECT_EQ(network_file_system(0xEF53), "") << "ext4";
  EXPECT_EQ(network_file_system(0x01021994), "") << "tmpfs";
}

}  // namespace
}  // namespace evenkeel::record
