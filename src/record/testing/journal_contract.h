// What every Journal must do, as tests that run over any store: see journal_contract_test.cpp. A further
// store adds one INSTANTIATE_TEST_SUITE_P(Name, JournalContract, …) in its own test file.
#pragma once

#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>

#include "record/journal.h"

namespace evenkeel::record {

// One empty store of a test's own, removed with it.
class TestStore {
 public:
  virtual ~TestStore() = default;
  // A further connection to the same store.
  virtual std::unique_ptr<Store> open() = 0;
  // Puts a document into the store as if it had been written properly, whatever it says.
  virtual void plant(const std::string& fleet, std::int64_t revision, const std::string& document) = 0;
};

// A store, kept together with whatever it lives on.
class KeptStore final : public Store {
 public:
  KeptStore(std::shared_ptr<void> lives_on, Store& store) : lives_on_(std::move(lives_on)), store_(store) {}

  Result<std::optional<FleetState>> load(const std::string& fleet) override { return store_.load(fleet); }
  Result<void> replace(const FleetState& next, std::span<const Event> events) override {
    return store_.replace(next, events);
  }
  Result<std::vector<Event>> history(const std::string& fleet, const std::string& id, int limit) override {
    return store_.history(fleet, id, limit);
  }
  Result<std::vector<std::string>> fleets() override { return store_.fleets(); }
  Result<void> adopt(const FleetState& state, std::int64_t over, std::span<const Event> history) override {
    return store_.adopt(state, over, history);
  }

 private:
  std::shared_ptr<void> lives_on_;
  Store& store_;
};

using MakeStore = std::function<std::unique_ptr<TestStore>()>;

class JournalContract : public testing::TestWithParam<MakeStore> {
 protected:
  JournalContract() : store_(GetParam()()), journal_(store_->open()) {}

  std::unique_ptr<TestStore> store_;
  std::unique_ptr<Store> journal_;
};

}  // namespace evenkeel::record
