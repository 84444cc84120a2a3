#include <fstream>

#include "cli/exit_codes.h"
#include "cli/terminal_fixture.h"

namespace evenkeel::cli {
namespace {

class StateMoves : public TerminalTest {
 protected:
  StateMoves() {
    write_policy();
    there = path("there.db");
  }
  void pause(const std::string& state, const std::string& reason) {
    ASSERT_EQ(run({"pause", "web", "--reason", reason, "--state", state}), kDone) << err.str();
  }
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
  bool told(std::string_view text) const { return err.str().find(text) != std::string::npos; }

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
  EXPECT_TRUE(told("web: the state there is at revision 2, the export at 1")) << err.str();
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
    ASSERT_EQ(run({"resume", "web", "--reason", "y", "--state", there}), kDone);
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
  EXPECT_TRUE(told("is there already"));
}

TEST_F(StateMoves, WhatIsNoExportIsRefusedBeforeAnythingIsOpened) {
  write("a.json", "{}");
  EXPECT_EQ(import_from("a.json", there), kUsage);
  EXPECT_TRUE(told("a.json: is no export of Evenkeel's state")) << err.str();
  EXPECT_EQ(import_from("none.json", there), kUsage);
  EXPECT_FALSE(std::filesystem::exists(there));
  EXPECT_EQ(run({"state", "export", "-", "--state", there}), kState);
  EXPECT_EQ(run({"state"}), kUsage);
}

}  // namespace
}  // namespace evenkeel::cli
