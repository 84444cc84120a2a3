#include "record/testing/journal_contract.h"

#include <thread>

#include "record/state_json.h"
#include "record/testing/sample_states.h"

namespace evenkeel::record {
namespace {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(JournalContract);

FleetState state_of(const std::string& fleet, std::int64_t revision, const std::string& writer = "w") {
  FleetState state;
  state.fleet = fleet;
  state.revision = revision;
  state.written_by = writer;
  return state;
}

Event event_of(const std::string& fleet, const std::string& instance, int number) {
  return {at(number),       fleet,
          instance,         instance.empty() ? "" : instance + "@x",
          EventKind::phase, std::to_string(number)};
}

TEST_P(JournalContract, AnUnknownFleetHasNoState) {
  const auto state = journal_->load("web");
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_FALSE(state->has_value());
  EXPECT_EQ(texts(journal_->history("web", "", 10)), "");
  EXPECT_TRUE(journal_->fleets()->empty());
}

TEST_P(JournalContract, TheFirstWriteHasRevisionOne) {
  EXPECT_EQ(journal_->replace(state_of("web", 0), {}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(journal_->replace(state_of("web", 2), {}).error().kind, ErrorKind::conflict);
  EXPECT_FALSE(journal_->load("web")->has_value());
  ASSERT_TRUE(journal_->replace(state_of("web", 1), {}));
  EXPECT_EQ((*journal_->load("web"))->revision, 1);
}

TEST_P(JournalContract, AStateComesBackAsItWas) {
  auto state = maximal_state();
  state.revision = 1;
  ASSERT_TRUE(journal_->replace(state, {}));
  EXPECT_EQ(**journal_->load("web"), state);
  EXPECT_EQ(**store_->open()->load("web"), state) << "another connection sees it too";
}

TEST_P(JournalContract, AStateThatIsTooLargeIsRejectedAndASmallerOneIsTaken) {
  ASSERT_TRUE(journal_->replace(state_of("web", 1, "first"), {}));
  const auto huge = state_of("web", 2, std::string(kMaxStateBytes, 'x'));
  const auto refused = journal_->replace(huge, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::rejected) << refused.error().message;
  EXPECT_EQ(refused.error().code, kStoreCode);
  EXPECT_EQ((*journal_->load("web"))->written_by, "first");
  EXPECT_EQ(texts(journal_->history("web", "", 10)), "");
  ASSERT_TRUE(journal_->replace(state_of("web", 2, "second"), {}));
  EXPECT_EQ((*store_->open()->load("web"))->written_by, "second");
}

TEST_P(JournalContract, OnlyTheSuccessorOfTheStoredRevisionIsAccepted) {
  ASSERT_TRUE(journal_->replace(state_of("web", 1, "first"), {}));
  for (const std::int64_t revision : {1, 3, 99}) {
    const auto lost = journal_->replace(state_of("web", revision, "second"), {});
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().kind, ErrorKind::conflict);
    EXPECT_EQ((*journal_->load("web"))->written_by, "first");
  }
  ASSERT_TRUE(journal_->replace(state_of("web", 2, "second"), {}));
  EXPECT_EQ((*journal_->load("web"))->written_by, "second");
}

TEST_P(JournalContract, FleetsDontTouchOneAnother) {
  ASSERT_TRUE(journal_->replace(state_of("web", 1), {}));
  ASSERT_TRUE(journal_->replace(state_of("web", 2), {}));
  ASSERT_TRUE(journal_->replace(state_of("api", 1), {}));
  EXPECT_EQ((*journal_->load("web"))->revision, 2);
  EXPECT_EQ((*journal_->load("api"))->revision, 1);
}

TEST_P(JournalContract, FleetsAreListedInOrder) {
  for (const char* fleet : {"web", "Web", "api", "ä", "web-2"}) {
    const auto written = journal_->replace(state_of(fleet, 1), {});
    ASSERT_TRUE(written) << fleet << ": " << written.error().message;
  }
  EXPECT_EQ(*journal_->fleets(), (std::vector<std::string>{"Web", "api", "web", "web-2", "ä"}));
}

TEST_P(JournalContract, EventsAreStoredTogetherWithTheStateOrNotAtAll) {
  ASSERT_TRUE(
      journal_->replace(state_of("web", 1), std::vector{event_of("web", "", 1), event_of("web", "i-1", 2)}));
  EXPECT_EQ(texts(journal_->history("web", "", 10)), "1 2 ");
  ASSERT_FALSE(journal_->replace(state_of("web", 1), std::vector{event_of("web", "", 3)}));
  EXPECT_EQ(texts(journal_->history("web", "", 10)), "1 2 ") << "the loser's events are gone";
}

TEST_P(JournalContract, AnEventComesBackAsItWas) {
  const Event event{at(1) + 250ms, "web",           "i-1",
                    "i-1@x",       EventKind::held, "ä \"quoted\"\n" + std::string(1, '\0') + "end",
                    "word"};
  const Event about_the_fleet{at(2), "web", "", "", EventKind::pause, ""};
  ASSERT_TRUE(journal_->replace(state_of("web", 1), std::vector{event, about_the_fleet}));
  EXPECT_EQ(*journal_->history("web", "", 10), (std::vector{event, about_the_fleet}));
}

TEST_P(JournalContract, HistoryGivesTheNewestOldestFirst) {
  for (int i = 1; i <= 5; ++i) {
    // The clock goes backwards here: the order is that of writing.
    ASSERT_TRUE(journal_->replace(state_of("web", i),
                                  std::vector{event_of("web", i % 2 == 0 ? "i-2" : "i-1", 10 - i)}));
    ASSERT_TRUE(journal_->replace(state_of("api", i), std::vector{event_of("api", "i-1", 100 + i)}));
  }
  EXPECT_EQ(texts(journal_->history("web", "", 100)), "9 8 7 6 5 ");
  EXPECT_EQ(texts(journal_->history("web", "", 2)), "6 5 ");
  EXPECT_EQ(texts(journal_->history("web", "i-1", 100)), "9 7 5 ");
  EXPECT_EQ(texts(journal_->history("web", "i-1", 1)), "5 ");
  EXPECT_EQ(texts(journal_->history("web", "i-3", 100)), "");
  EXPECT_EQ(texts(journal_->history("web", "", 0)), "");
  EXPECT_EQ(texts(journal_->history("web", "", -1)), "");
}

TEST_P(JournalContract, ABrokenDocumentIsCorruptAndNeverEmpty) {
  store_->plant("web", 1, "{\"schema\": 1");
  const auto state = journal_->load("web");
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().kind, ErrorKind::corrupt);
  EXPECT_NE(state.error().message.find("fleet web: state document, as a whole: is not JSON"),
            std::string::npos)
      << state.error().message;
  EXPECT_EQ(*journal_->fleets(), std::vector<std::string>{"web"})
      << "it is still known that there is something";
}

TEST_P(JournalContract, ANewerDocumentIsCorrupt) {
  store_->plant("web", 1, "{\"schema\": 999}");
  const auto state = journal_->load("web");
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().kind, ErrorKind::corrupt);
  EXPECT_NE(state.error().message.find("run the newer program"), std::string::npos) << state.error().message;
}

TEST_P(JournalContract, ADocumentInTheWrongPlaceIsCorrupt) {
  store_->plant("web", 1, to_json(state_of("api", 1)));
  EXPECT_EQ(journal_->load("web").error().kind, ErrorKind::corrupt);
  store_->plant("web", 2, to_json(state_of("web", 1)));
  EXPECT_EQ(journal_->load("web").error().kind, ErrorKind::corrupt);
}

TEST_P(JournalContract, OfTwoThatReadTheSameRevisionOneWins) {
  const auto other = store_->open();
  ASSERT_TRUE(journal_->replace(state_of("web", 1), {}));
  ASSERT_EQ((*journal_->load("web"))->revision, (*other->load("web"))->revision);
  ASSERT_TRUE(other->replace(state_of("web", 2, "other"), std::vector{event_of("web", "", 2)}));
  const auto lost = journal_->replace(state_of("web", 2, "journal"), std::vector{event_of("web", "", 3)});
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, ErrorKind::conflict);
  EXPECT_EQ((*journal_->load("web"))->written_by, "other");
  EXPECT_EQ(texts(journal_->history("web", "", 10)), "2 ");
}

TEST_P(JournalContract, AStateFromAnotherStoreKeepsItsRevisionAndItsHistory) {
  std::vector<Event> history;
  for (int i = 1; i <= 450; ++i) history.push_back(event_of("web", i % 2 == 0 ? "i-2" : "i-1", i));
  auto state = maximal_state();
  ASSERT_EQ(state.revision, 41);
  const auto adopted = journal_->adopt(state, 0, history);
  ASSERT_TRUE(adopted) << adopted.error().message;
  EXPECT_EQ(**store_->open()->load("web"), state);
  EXPECT_EQ(*journal_->history("web", "", 1000), history);
  EXPECT_EQ(texts(journal_->history("web", "i-2", 2)), "448 450 ");
  ASSERT_TRUE(journal_->replace(state_of("web", 42), std::vector{event_of("web", "", 451)}));
  ASSERT_TRUE(journal_->replace(state_of("web", 43), {}));
  EXPECT_EQ(texts(journal_->history("web", "", 2)), "450 451 ");
  EXPECT_EQ(journal_->history("web", "", 1000)->size(), 451U);
}

TEST_P(JournalContract, AStateFromAnotherStoreTakesThePlaceOfTheRevisionItNamesOnly) {
  ASSERT_TRUE(journal_->replace(state_of("web", 1), std::vector{event_of("web", "", 1)}));
  ASSERT_TRUE(journal_->replace(state_of("web", 2), std::vector{event_of("web", "", 2)}));
  EXPECT_EQ(journal_->adopt(state_of("web", 2), 2, {}).error().kind, ErrorKind::invalid);
  for (const std::int64_t over : {0, 1, 3}) {
    const auto lost = store_->open()->adopt(state_of("web", 9, "moved"), over, {});
    ASSERT_FALSE(lost) << over;
    EXPECT_EQ(lost.error().kind, ErrorKind::conflict);
    EXPECT_EQ((*journal_->load("web"))->revision, 2);
  }
  ASSERT_TRUE(store_->open()->adopt(state_of("web", 9, "moved"), 2, std::vector{event_of("web", "", 3)}));
  EXPECT_EQ((*journal_->load("web"))->written_by, "moved");
  EXPECT_EQ(texts(journal_->history("web", "", 10)), "1 2 3 ");
}

// Four writers race for every revision: each revision is won once, and every win has exactly its own event.
TEST_P(JournalContract, RacingWritersNeverLoseOrDoubleAWrite) {
  constexpr int kWriters = 4;
  constexpr int kWins = 25;
  std::vector<std::string> failures(kWriters);
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&, writer, journal = std::shared_ptr<Journal>(store_->open())] {
      for (int wins = 0; wins < kWins;) {
        const auto state = journal->load("web");
        if (!state) {
          failures[static_cast<std::size_t>(writer)] = state.error().message;
          return;
        }
        const auto revision = *state ? (*state)->revision + 1 : 1;
        const auto won = journal->replace(state_of("web", revision, std::to_string(writer)),
                                          std::vector{event_of("web", "", static_cast<int>(revision))});
        if (won) {
          ++wins;
        } else if (won.error().kind != ErrorKind::conflict) {
          failures[static_cast<std::size_t>(writer)] = won.error().message;
          return;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, std::vector<std::string>(kWriters));
  EXPECT_EQ((*journal_->load("web"))->revision, kWriters * kWins);
  std::string expected;
  for (int i = 1; i <= kWriters * kWins; ++i) expected += std::to_string(i) + " ";
  EXPECT_EQ(texts(journal_->history("web", "", 1000)), expected);
}

}  // namespace
}  // namespace evenkeel::record
