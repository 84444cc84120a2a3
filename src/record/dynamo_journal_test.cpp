#include "record/dynamo_journal.h"

#include <gtest/gtest.h>
#include <mutex>
#include <set>

#include "base/checksum.h"
#include "record/state_json.h"
#include "record/testing/dynamo.h"
#include "record/testing/journal_contract.h"
#include "record/testing/sample_states.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::record {
namespace {

// One process that works on the table: with its own caller and its own clock.
struct Process {
  explicit Process(FakeTable& table, std::mutex& mutex)
      : account([&](const wire::Request& request) {
          const std::scoped_lock lock(mutex);
          return table.answer(request);
        }),
        journal(open_dynamo(account.caller, account.clock, "evenkeel")) {}

  wire::ScriptedAccount account;
  std::unique_ptr<Store> journal;
};

class InMemory final : public TestStore {
 public:
  InMemory() { table_.page = 3; }
  std::unique_ptr<Store> open() override {
    auto process = std::make_shared<Process>(table_, mutex_);
    return std::make_unique<KeptStore>(process, *process->journal);
  }
  void plant(const std::string& fleet, std::int64_t revision, const std::string& document) override {
    table_.items[{"state", fleet}] = {{"pk", {{"S", "state"}}},
                                      {"sk", {{"S", fleet}}},
                                      {"revision", {{"N", std::to_string(revision)}}},
                                      {"document", {{"S", document}}},
                                      {"crc32", {{"N", std::to_string(crc32(document))}}}};
  }

 private:
  FakeTable table_;
  std::mutex mutex_;
};

INSTANTIATE_TEST_SUITE_P(DynamoInMemory, JournalContract,
                         testing::Values(MakeStore([] { return std::make_unique<InMemory>(); })));

FleetState web_state(std::int64_t revision, const std::string& writer = "w") {
  FleetState state;
  state.fleet = "web";
  state.revision = revision;
  state.written_by = writer;
  return state;
}

Event web_event(const std::string& text) { return {at(1), "web", "i-1", "", EventKind::phase, text}; }
std::vector<Event> events_of(const std::string& text) { return {web_event(text)}; }

struct DynamoJournalTest : testing::Test {
  // What befalls the n-th put of a state from now on (1 is the next); all others are fine.
  void set_put_outcomes(std::vector<PutOutcome> outcomes) {
    table.on_put = [outcomes = std::move(outcomes), n = std::size_t{0}](const std::string& action,
                                                                        const FakeTable::Json& body) mutable {
      const bool state = action == "PutItem" && body.at("Item").at("pk").at("S") == "state";
      return state && n < outcomes.size() ? outcomes[n++] : PutOutcome::fine;
    };
  }
  std::string stored_by() {
    return state_from_json(table.item("state", "web").at("document").at("S"))->written_by;
  }

  FakeTable table;
  std::mutex mutex;
  Process process{table, mutex};
  Store& journal = *process.journal;
};

TEST_F(DynamoJournalTest, AStateAndItsEventsAreOneItemUntilTheNextSwapMovesTheEvents) {
  ASSERT_TRUE(journal.replace(web_state(1), events_of("a")));
  EXPECT_EQ(table.items.size(), 1U);
  ASSERT_TRUE(journal.replace(web_state(2), {}));
  EXPECT_EQ(table.items.size(), 2U);
  const auto& kept = table.item("history#web", "00000000000000000001");
  EXPECT_EQ(
      kept.at("events").at("S"),
      R"([{"at":"2026-11-22T00:00:01Z","instance_id":"i-1","kind":"phase","remediation_id":"","text":"a","word":""}])");
  EXPECT_EQ(kept.at("crc32").at("N"), std::to_string(crc32(kept.at("events").at("S").get<std::string>())));
  EXPECT_EQ(kept.at("expires").at("N"), "1803081601") << "90 days after 2026-11-22T00:00:01Z, in seconds";
  EXPECT_FALSE(table.item("state", "web").contains("expires")) << "a state never expires";
  EXPECT_EQ(texts(journal.history("web", "", 10)), "a ");
}

TEST_F(DynamoJournalTest, AnIdleTickIsOneReadAndOneWrite) {
  ASSERT_TRUE(journal.replace(web_state(1), {}));
  table.calls.clear();
  ASSERT_TRUE(journal.load("web"));
  ASSERT_TRUE(journal.replace(web_state(2), {}));
  EXPECT_EQ(table.calls, (std::map<std::string, int>{{"GetItem", 1}, {"PutItem", 1}}));
}

TEST_F(DynamoJournalTest, EventsMovedByALoserAreShownOnce) {
  ASSERT_TRUE(journal.replace(web_state(1), events_of("a")));
  Process other{table, mutex};
  ASSERT_TRUE(other.journal->load("web"));
  set_put_outcomes({PutOutcome::throttled, PutOutcome::throttled, PutOutcome::throttled,
                    PutOutcome::throttled, PutOutcome::throttled, PutOutcome::throttled,
                    PutOutcome::throttled, PutOutcome::throttled});
  EXPECT_FALSE(other.journal->replace(web_state(2, "other"), events_of("b")));
  EXPECT_EQ(table.items.size(), 2U) << "the events of revision 1 were moved, and stand in the state still";
  EXPECT_EQ(texts(journal.history("web", "", 10)), "a ");
}

TEST_F(DynamoJournalTest, AHistoryThatCantBeWrittenLeavesTheStateAlone) {
  ASSERT_TRUE(journal.replace(web_state(1), events_of("a")));
  table.on_put = [](const std::string& action, const FakeTable::Json& body) {
    return action == "PutItem" && body.at("Item").at("pk").at("S") != "state" ? PutOutcome::lost_after
                                                                              : PutOutcome::fine;
  };
  const auto refused = journal.replace(web_state(2), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable) << "of the state nothing is in doubt";
  EXPECT_EQ(refused.error().code, kNotWrittenCode);
  EXPECT_EQ((*journal.load("web"))->revision, 1);
}

// ---- answers that got lost

struct LostAnswer {
  const char* name;
  std::vector<PutOutcome> puts;
  std::optional<ErrorKind> outcome;
  bool stored;
};

class DynamoFaults : public DynamoJournalTest, public testing::WithParamInterface<LostAnswer> {};

TEST_P(DynamoFaults, AreToldAsWhatTheyCameTo) {
  const auto& fault = GetParam();
  ASSERT_TRUE(journal.replace(web_state(1, "before"), events_of("a")));
  set_put_outcomes(fault.puts);
  const auto put = journal.replace(web_state(2, "ours"), events_of("b"));
  EXPECT_EQ(wire::kind_of(put), fault.outcome) << (put ? "" : put.error().message);
  if (!put) {
    EXPECT_EQ(put.error().code, stored_by() == "before" ? kNotWrittenCode : kStoreCode);
  }
  EXPECT_EQ(stored_by(), fault.stored ? "ours" : "before");
  EXPECT_EQ(texts(journal.history("web", "", 9)), fault.stored ? "a b " : "a ");
  // Whatever it came to, the next tick goes on from what is stored.
  table.on_put = nullptr;
  const auto now = *journal.load("web");
  ASSERT_TRUE(journal.replace(web_state(now->revision + 1, "next"), events_of("c")));
  EXPECT_EQ(texts(journal.history("web", "", 9)), fault.stored ? "a b c " : "a c ");
}

const std::vector<PutOutcome> kThrottledOn(8, PutOutcome::throttled);
INSTANTIATE_TEST_SUITE_P(
    Each, DynamoFaults,
    testing::Values(
        LostAnswer{"LostBeforeThenFine", {PutOutcome::lost_before}, std::nullopt, true},
        LostAnswer{"LostAfterThenItsOwnCondition", {PutOutcome::lost_after}, std::nullopt, true},
        LostAnswer{"LostBeforeEachTime",
                   {PutOutcome::lost_before, PutOutcome::lost_before, PutOutcome::lost_before},
                   ErrorKind::maybe_happened,
                   false},
        LostAnswer{"LostAfterEachTime",
                   {PutOutcome::lost_after, PutOutcome::lost_after, PutOutcome::lost_after},
                   std::nullopt,
                   true},
        LostAnswer{"FailedBeforeThenFine", {PutOutcome::failed_before}, std::nullopt, true},
        LostAnswer{"FailedAfter", {PutOutcome::failed_after}, std::nullopt, true},
        LostAnswer{"FailedBeforeEachTime",
                   {PutOutcome::failed_before, PutOutcome::failed_before, PutOutcome::failed_before},
                   ErrorKind::maybe_happened,
                   false},
        LostAnswer{"ThrottledThenFine", {PutOutcome::throttled, PutOutcome::throttled}, std::nullopt, true},
        LostAnswer{"ThrottledOn", kThrottledOn, ErrorKind::throttled, false},
        LostAnswer{
            "LostAfterThenThrottledOn",
            {PutOutcome::lost_after, PutOutcome::throttled, PutOutcome::throttled, PutOutcome::throttled,
             PutOutcome::throttled, PutOutcome::throttled, PutOutcome::throttled, PutOutcome::throttled},
            std::nullopt,
            true},
        LostAnswer{"Unreachable",
                   {PutOutcome::unreachable, PutOutcome::unreachable, PutOutcome::unreachable},
                   ErrorKind::unavailable,
                   false},
        LostAnswer{"RepeatedByTheConnection", {PutOutcome::repeated_below}, std::nullopt, true}),
    [](const auto& one) { return one.param.name; });

TEST_F(DynamoJournalTest, APutThatLandsLateLosesToTheWriteMeanwhile) {
  ASSERT_TRUE(journal.replace(web_state(1), {}));
  set_put_outcomes({PutOutcome::late, PutOutcome::late, PutOutcome::late});
  EXPECT_EQ(wire::kind_of(journal.replace(web_state(2, "late"), events_of("late"))),
            ErrorKind::maybe_happened);
  table.on_put = nullptr;
  ASSERT_TRUE(journal.load("web"));
  ASSERT_TRUE(journal.replace(web_state(2, "next"), events_of("next")));
  while (!table.waiting.empty()) table.deliver();
  EXPECT_EQ(stored_by(), "next");
  EXPECT_EQ(texts(journal.history("web", "", 9)), "next ");
}

TEST_F(DynamoJournalTest, AWriterAfterALatePutReadsThatItLost) {
  ASSERT_TRUE(journal.replace(web_state(1), {}));
  set_put_outcomes({PutOutcome::late, PutOutcome::late, PutOutcome::late});
  EXPECT_EQ(wire::kind_of(journal.replace(web_state(2, "late"), events_of("late"))),
            ErrorKind::maybe_happened);
  table.on_put = nullptr;
  ASSERT_EQ((*journal.load("web"))->revision, 1);
  table.deliver();
  EXPECT_EQ(wire::kind_of(journal.replace(web_state(2, "next"), events_of("next"))), ErrorKind::conflict);
  EXPECT_EQ(stored_by(), "late");
  EXPECT_EQ(texts(journal.history("web", "", 9)), "late ");
}

TEST_F(DynamoJournalTest, AnotherWritersPutIsNeverTakenForOurs) {
  ASSERT_TRUE(journal.replace(web_state(1), {}));
  Process other{table, mutex};
  ASSERT_TRUE(other.journal->replace(web_state(2, "other"), events_of("other")));
  for (const auto outcome : {PutOutcome::fine, PutOutcome::lost_before, PutOutcome::lost_after}) {
    set_put_outcomes({outcome, outcome, outcome});
    const auto lost = journal.replace(web_state(2, "ours"), events_of("ours"));
    EXPECT_EQ(wire::kind_of(lost), ErrorKind::conflict);
    EXPECT_NE(lost.error().code, kStoreCode) << "losing a race is no trouble of the store";
  }
  EXPECT_EQ(stored_by(), "other");
}

TEST_F(DynamoJournalTest, WhenItCantLookAgainTheOutcomeStaysUnknown) {
  ASSERT_TRUE(journal.replace(web_state(1), {}));
  int puts = 0;
  table.on_put = [&](const std::string& action, const FakeTable::Json&) {
    puts += action == "PutItem" ? 1 : 0;
    return puts > 0 ? PutOutcome::lost_after : PutOutcome::fine;
  };
  const auto put = journal.replace(web_state(2, "ours"), {});
  EXPECT_EQ(wire::kind_of(put), ErrorKind::maybe_happened);
  EXPECT_NE(put.error().message.find("whether it was stored could not be read"), std::string::npos);
}

TEST_F(DynamoJournalTest, EveryOperationIsOverInTenSeconds) {
  ASSERT_TRUE(journal.replace(web_state(1), events_of("a")));
  process.account.transport.script = [&](const wire::Request& request) {
    EXPECT_LE(request.timeout, kDynamoRequest);
    process.account.clock.time += request.timeout;
    return wire::reply_lost();
  };
  const auto within = [&](const auto& operation) {
    const Time began = process.account.clock.time;
    EXPECT_FALSE(operation());
    EXPECT_LE(process.account.clock.time - began, kDynamoWithin);
    EXPECT_GE(process.account.clock.time - began, kDynamoRequest);
  };
  within([&] { return journal.load("web"); });
  within([&] { return journal.replace(web_state(2), events_of("b")); });
  within([&] { return journal.history("web", "", 9); });
  within([&] { return journal.fleets(); });
}

TEST_F(DynamoJournalTest, HoweverSlowItsPutWasThereIsTimeToLookAgain) {
  ASSERT_TRUE(journal.replace(web_state(1), {}));
  process.account.transport.script = [&](const wire::Request& request) -> Result<wire::Response> {
    auto answer = table.answer(request);
    if (wire::header_of(request, "X-Amz-Target") != "DynamoDB_20120810.PutItem") return answer;
    process.account.clock.time += request.timeout;
    return wire::reply_lost();
  };
  const auto put = journal.replace(web_state(2, "ours"), {});
  EXPECT_TRUE(put) << put.error().message;
  EXPECT_GT(table.calls["PutItem"], 2) << "it was sent again";
}

TEST_F(DynamoJournalTest, WithoutReadingItFirstItMovesTheEventsThatAreThere) {
  ASSERT_TRUE(journal.replace(web_state(1), events_of("a")));
  Process other{table, mutex};
  ASSERT_TRUE(other.journal->replace(web_state(2, "other"), events_of("b")));
  ASSERT_TRUE(journal.replace(web_state(3), events_of("c")));
  EXPECT_EQ(texts(journal.history("web", "", 9)), "a b c ");
}

// Several processes, any fault at any request, late requests that land whenever: no write is lost, none is
// told to have succeeded that didn't, and the history is exactly what took effect.
TEST_F(DynamoJournalTest, NothingIsLostOrDoubledUnderAnyFaults) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    FakeTable fleet;
    std::vector<std::unique_ptr<Process>> processes;
    for (int i = 0; i < 3; ++i) processes.push_back(std::make_unique<Process>(fleet, mutex));
    SeededRandom random(seed);
    fleet.on_put = [&](const std::string& action, const FakeTable::Json&) {
      if (random.below(100) >= 35) return PutOutcome::fine;
      const auto outcome = static_cast<PutOutcome>(random.below(9));
      return outcome == PutOutcome::late && action != "PutItem" ? PutOutcome::lost_before : outcome;
    };
    std::vector<std::optional<FleetState>> seen(processes.size());
    std::set<std::string> told;
    for (int step = 0; step < 120; ++step) {
      if (!fleet.waiting.empty() && random.below(3) == 0) fleet.deliver();
      const auto who = random.below(processes.size());
      if (random.below(2) == 0) {
        if (auto state = processes[who]->journal->load("web")) seen[who] = *state;
        continue;
      }
      const auto nonce = std::to_string(step);
      const auto next = web_state(seen[who] ? seen[who]->revision + 1 : 1, nonce);
      const auto put = processes[who]->journal->replace(next, events_of(nonce));
      if (put) {
        told.insert(nonce);
        seen[who] = next;
      }
    }
    fleet.on_put = nullptr;
    while (!fleet.waiting.empty()) fleet.deliver();

    std::set<std::string> effective;
    std::string history;
    std::int64_t revision = 0;
    for (const auto& item : fleet.stored) {
      ASSERT_EQ(item.at("revision").at("N"), std::to_string(++revision)) << "seed " << seed;
      const auto nonce = state_from_json(item.at("document").at("S"))->written_by;
      ASSERT_TRUE(effective.insert(nonce).second) << "seed " << seed << ": one write took effect twice";
      history += nonce + " ";
    }
    for (const auto& nonce : told) ASSERT_TRUE(effective.contains(nonce)) << "seed " << seed;
    ASSERT_GT(told.size(), 5U) << "seed " << seed;
    ASSERT_EQ(texts(processes[0]->journal->history("web", "", 1000)), history) << "seed " << seed;
  }
}

// ---- what can't be believed

TEST_F(DynamoJournalTest, AChangedDocumentIsCorrupt) {
  ASSERT_TRUE(journal.replace(web_state(1), {}));
  auto& document = table.item("state", "web").at("document").at("S").get_ref<std::string&>();
  document.replace(document.find("\"w\""), 3, "\"x\"");
  const auto state = journal.load("web");
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().kind, ErrorKind::corrupt);
  EXPECT_TRUE(state.error().message.starts_with(
      "table evenkeel, fleet web: the stored document is not the one that was written; nothing is started"))
      << state.error().message;
}

TEST_F(DynamoJournalTest, AnItemWithoutWhatItNeedsIsCorruptAndNeverEmpty) {
  for (const char* attribute : {"revision", "document", "crc32"}) {
    table.items.clear();
    Process fresh{table, mutex};
    ASSERT_TRUE(fresh.journal->replace(web_state(1), {}));
    table.item("state", "web").erase(attribute);
    EXPECT_EQ(wire::kind_of(fresh.journal->load("web")), ErrorKind::corrupt) << attribute;
    EXPECT_EQ(wire::kind_of(journal.replace(web_state(1), {})), ErrorKind::conflict) << attribute;
  }
}

TEST_F(DynamoJournalTest, ChangedEventsAreCorruptAndNamed) {
  ASSERT_TRUE(journal.replace(web_state(1), events_of("a")));
  ASSERT_TRUE(journal.replace(web_state(2), {}));
  table.item("history#web", "00000000000000000001").at("events").at("S") = "[]";
  const auto history = journal.history("web", "", 9);
  EXPECT_EQ(wire::kind_of(history), ErrorKind::corrupt);
  EXPECT_NE(history.error().message.find("item 00000000000000000001"), std::string::npos);
  EXPECT_TRUE(journal.load("web")) << "no decision reads the history";
}

TEST_F(DynamoJournalTest, ExpiredEventsAreNotShownAlsoWhereTheyStillStand) {
  ASSERT_TRUE(journal.replace(web_state(1), events_of("old")));
  ASSERT_TRUE(journal.replace(web_state(2), {}));
  process.account.clock.time = at(1) + kDynamoKept - 1s;
  EXPECT_EQ(texts(journal.history("web", "", 9)), "old ");
  process.account.clock.time = at(1) + kDynamoKept;
  EXPECT_EQ(texts(journal.history("web", "", 9)), "");
}

TEST_F(DynamoJournalTest, ATableThatIsNotThereIsAWrongAddressAndNeverAnEmptyState) {
  table.exists = false;
  for (const auto& error :
       {journal.load("web").error(), journal.fleets().error(), journal.replace(web_state(1), {}).error(),
        open_dynamo_read_only(process.account.caller, process.account.clock, "evenkeel").error()}) {
    EXPECT_EQ(error.kind, ErrorKind::invalid);
    EXPECT_EQ(error.code, kStoreCode);
    EXPECT_NE(error.message.find("table evenkeel does not exist in eu-west-1"), std::string::npos)
        << error.message;
    EXPECT_NE(error.message.find("aws dynamodb create-table --region eu-west-1 --table-name evenkeel"),
              std::string::npos);
  }
}

TEST_F(DynamoJournalTest, OpenedToReadAnEmptyTableHoldsNothingYet) {
  const auto open = [&] {
    return open_dynamo_read_only(process.account.caller, process.account.clock, "evenkeel");
  };
  EXPECT_EQ(wire::kind_of(open()), ErrorKind::not_found);
  ASSERT_TRUE(journal.replace(web_state(1), {}));
  EXPECT_EQ((*(*open())->load("web"))->revision, 1);
}

// ---- size

FleetState large(std::int64_t revision, std::size_t bytes, int open) {
  auto state = web_state(revision);
  state.healthy_since[std::string(bytes, 'x')] = at(0);
  for (int i = 0; i < open; ++i) {
    state.open.push_back(maximal_state().open.front());
    state.open.back().instance_id += std::to_string(i);
  }
  return state;
}

TEST_F(DynamoJournalTest, AboveTheSoftLimitNoRemediationIsAddedButThoseUnderWayGoOn) {
  ASSERT_TRUE(journal.replace(large(1, 100, 2), {}));
  const auto refused = journal.replace(large(2, kDynamoFull, 3), {});
  ASSERT_EQ(wire::kind_of(refused), ErrorKind::rejected);
  EXPECT_EQ(refused.error().code, kStoreCode);
  EXPECT_NE(refused.error().message.find("above 307200 none is begun"), std::string::npos);
  EXPECT_EQ((*journal.load("web"))->revision, 1);
  ASSERT_TRUE(journal.replace(large(2, kDynamoFull, 2), {}));
  ASSERT_TRUE(journal.replace(large(3, kDynamoFull + 50'000, 1), {}));
}

TEST_F(DynamoJournalTest, WhatNoItemCanHoldIsRefusedWithItsSize) {
  ASSERT_TRUE(journal.replace(large(1, 100, 1), {}));
  const auto refused = journal.replace(large(2, std::size_t{400} * 1024, 1), {});
  ASSERT_EQ(wire::kind_of(refused), ErrorKind::rejected);
  EXPECT_NE(refused.error().message.find("an item of DynamoDB holds 409600; nothing was stored"),
            std::string::npos);
  EXPECT_EQ(table.calls["PutItem"], 1);
}

}  // namespace
}  // namespace evenkeel::record
