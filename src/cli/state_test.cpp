#include <fstream>

#include "cli/exit_codes.h"
#include "cli/testing/terminal.h"
#include "record/sqlite_journal.h"

namespace evenkeel::cli {
namespace {

class StateMoves : public TerminalTest {
 protected:
  StateMoves() {
    write_policy();
    there = path("there.db");
  }
  // As a tick leaves the state once it has dated what was asked for; no reason: a resume.
  void dated(const std::string& place, const std::string& kind, const std::string& reason) {
    auto journal = record::open_sqlite(place);
    ASSERT_TRUE(journal) << journal.error().message;
    auto state = (*journal)->load("web").value().value_or(FleetState{});
    state.fleet = "web";
    ++state.revision;
    state.pause.reset();
    if (kind == "pause") state.pause = Pause{reason, "ada", clock.now()};
    const Event event{
        clock.now(), "web", "", "", from_word<EventKind>(kind).value(), kind + " by ada: " + reason};
    ASSERT_TRUE((*journal)->replace(state, {&event, 1}));
  }
  void pause(const std::string& place, const std::string& reason) { dated(place, "pause", reason); }
  int export_to(const std::string& file, const std::string& state) {
    std::filesystem::remove(path(file));
    return run({"state", "export", path(file), "--state", state, "--json"});
  }
  int import_from(const std::string& file, const std::string& state) {
    return run({"state", "import", path(file), "--state", state, "--json"});
  }
  nlohmann::json status(const std::string& state) {
    EXPECT_EQ(run({"status", "--state", state, "--json"}), kDone) << err.str();
    return json()["fleets"];
  }
  std::string reasons(const std::string& state) {
    EXPECT_EQ(run({"history", "--state", state, "--json"}), kDone) << err.str();
    std::string all;
    const auto shown = json();
    for (const auto& event : shown["events"]) {
      const std::string text = event["text"];
      all += event["kind"] == "import" ? "import " : text.substr(text.rfind(' ') + 1) + " ";
    }
    return all;
  }
  bool printed(std::string_view text) const { return err.str().find(text) != std::string::npos; }

  std::string here = path("evenkeel.db"), there;
};

TEST_F(StateMoves, StateAndHistoryMoveWithTheirRevision) {
  pause(here, "one");
  pause(here, "two");
  ASSERT_EQ(export_to("a.json", here), kDone) << err.str();
  EXPECT_EQ(json()["fleets"][0]["revision"], 2);
  ASSERT_EQ(import_from("a.json", there), kDone) << err.str();
  EXPECT_EQ(json()["fleets"][0]["did"], "imported");
  EXPECT_EQ(json()["fleets"][0]["events"], 2);
  EXPECT_EQ(status(there)[0]["pause"]["reason"], "two");
  EXPECT_EQ(reasons(there), "one two import ");
}

TEST_F(StateMoves, AnImportTwiceIsThereAlready) {
  pause(here, "one");
  ASSERT_EQ(export_to("a.json", here), kDone);
  ASSERT_EQ(import_from("a.json", there), kDone);
  ASSERT_EQ(import_from("a.json", there), kDone);
  EXPECT_EQ(json()["fleets"][0]["did"], "was there already");
  EXPECT_EQ(reasons(there), "one import ");
}

TEST_F(StateMoves, WhatIsNewerIsNeverOverwritten) {
  pause(here, "one");
  ASSERT_EQ(export_to("a.json", here), kDone);
  pause(here, "two");
  EXPECT_EQ(import_from("a.json", here), kUsage);
  EXPECT_TRUE(printed("web: the state there is at revision 2, the export at 1")) << err.str();
  EXPECT_EQ(reasons(here), "one two ");
  pause(there, "other");
  EXPECT_EQ(import_from("a.json", there), kUsage) << "the same revision, another state";
  EXPECT_EQ(status(there)[0]["pause"]["reason"], "other");
}

TEST_F(StateMoves, WhatIsOlderIsReplacedAndItsHistoryIsNotDoubled) {
  pause(here, "one");
  ASSERT_EQ(export_to("a.json", here), kDone);
  ASSERT_EQ(import_from("a.json", there), kDone);
  pause(there, "two");
  pause(there, "three");
  ASSERT_EQ(export_to("b.json", there), kDone);
  ASSERT_EQ(import_from("b.json", here), kDone) << err.str();
  EXPECT_EQ(status(here)[0]["pause"]["reason"], "three");
  EXPECT_EQ(reasons(here), "one import two three import ");
}

TEST_F(StateMoves, AnEmptyFleetIsReplacedWhateverItsRevision) {
  for (int i = 0; i < 2; ++i) {
    pause(there, "x");
    dated(there, "resume", "y");
  }
  pause(here, "one");
  ASSERT_EQ(export_to("a.json", here), kDone);
  ASSERT_EQ(import_from("a.json", there), kDone) << err.str();
  EXPECT_EQ(json()["fleets"][0]["revision"], 5) << "revisions only ever rise";
  EXPECT_EQ(status(there)[0]["pause"]["reason"], "one");
}

TEST_F(StateMoves, AllFleetsAreLookedAtBeforeAnyIsWritten) {
  pause(here, "one");
  ASSERT_EQ(export_to("a.json", here), kDone);
  auto both = nlohmann::json::parse(std::ifstream(path("a.json")));
  both["fleets"].insert(both["fleets"].begin(), both["fleets"][0]);
  both["fleets"][0]["state"]["fleet"] = "api";
  write("both.json", both.dump());
  pause(there, "other");
  EXPECT_EQ(import_from("both.json", there), kUsage);
  EXPECT_EQ(status(there).size(), 1U) << "api could have been imported, and was not";
  ASSERT_EQ(run({"state", "import", path("both.json"), "--state", there, "--fleet", "api"}), kDone)
      << err.str();
  EXPECT_EQ(status(there).size(), 2U);
}

TEST_F(StateMoves, ARequestThatNoTickHasDatedMovesAsWell) {
  ASSERT_EQ(run({"pause", "web", "--reason", "one", "--state", here}), kDone) << err.str();
  ASSERT_EQ(export_to("a.json", here), kDone);
  ASSERT_EQ(import_from("a.json", there), kDone);
  EXPECT_EQ(status(there)[0]["wishes"][0]["reason"], "one");
}

TEST_F(StateMoves, WithoutItsHistoryOnlyTheStateMoves) {
  pause(here, "one");
  ASSERT_EQ(run({"state", "export", path("a.json"), "--without-history"}), kDone) << err.str();
  ASSERT_EQ(import_from("a.json", there), kDone);
  EXPECT_EQ(reasons(there), "import ");
}

TEST_F(StateMoves, AnExportGoesToStandardOutputOrIntoANewPrivateFile) {
  pause(here, "one");
  ASSERT_EQ(run({"state", "export", "-"}), kDone) << err.str();
  EXPECT_EQ(json()["format"], "evenkeel-export");
  ASSERT_EQ(export_to("a.json", here), kDone);
  EXPECT_EQ(std::filesystem::status(path("a.json")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(run({"state", "export", path("a.json")}), kUsage);
  EXPECT_TRUE(printed("is there already"));
}

TEST_F(StateMoves, AnExportFollowsNoLinkAndLeavesNothingHalf) {
  pause(here, "one");
  write("victim", "mine");
  std::filesystem::create_symlink(path("victim"), path("planted.json"));
  std::filesystem::create_symlink(path("not-there"), path("dangling.json"));
  for (const char* name : {"planted.json", "dangling.json"}) {
    EXPECT_EQ(run({"state", "export", path(name), "--state", here}), kUsage);
    EXPECT_TRUE(printed("is there already")) << err.str();
  }
  EXPECT_EQ(std::filesystem::file_size(path("victim")), 4U);
  EXPECT_FALSE(std::filesystem::exists(path("not-there")));
  EXPECT_EQ(export_to("no/such/folder.json", here), kUsage);
  EXPECT_EQ(export_to("a.json", here), kDone);
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    EXPECT_EQ(entry.path().string().find(".part-"), std::string::npos) << entry.path();
}

TEST_F(StateMoves, AnExportThatNestsWithoutEndIsAnErrorAndNoCrash) {
  const std::string deep = std::string(300'000, '[');
  for (const auto& text :
       {deep, deep + std::string(300'000, ']'),
        R"({"format":"evenkeel-export","version":2,"at":"2026-11-22T00:00:00Z","fleets":[{"state":)" + deep +
            std::string(300'000, ']') + R"(,"history":[]}]})"}) {
    write("deep.json", text);
    EXPECT_EQ(import_from("deep.json", there), kUsage);
    EXPECT_TRUE(printed("nests deeper than 32 levels")) << err.str();
  }
}

TEST_F(StateMoves, WhatIsNoExportIsRefusedBeforeAnythingIsOpened) {
  write("a.json", "{}");
  EXPECT_EQ(import_from("a.json", there), kUsage);
  EXPECT_TRUE(printed("a.json: is no export of Evenkeel's state")) << err.str();
  EXPECT_EQ(import_from("none.json", there), kUsage);
  EXPECT_FALSE(std::filesystem::exists(there));
  EXPECT_EQ(run({"state", "export", "-", "--state", there}), kState);
  EXPECT_EQ(run({"state"}), kCommandLine);
}

}  // namespace
}  // namespace evenkeel::cli
