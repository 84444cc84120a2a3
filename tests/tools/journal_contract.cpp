// The contract of every journal (src/record/testing/journal_contract.h) on DynamoDB: the simulated one, and whatever
// listens at EVENKEEL_DYNAMODB_URL. tests/witness/test_dynamodb.py starts two such servers.
#include "record/testing/journal_contract.h"

#include <cstdlib>
#include <fmt/core.h>
#include <mutex>
#include <utility>

#include "aws/dynamodb.h"
#include "base/checksum.h"
#include "record/dynamo_journal.h"
#include "sim/api/front.h"
#include "sim/world/clock.h"
#include "wire/curl.h"

namespace evenkeel::record {
namespace {

// All that a journal needs to reach the table, kept as long as the journal.
struct Way {
  Way(std::unique_ptr<wire::Transport> transport, std::unique_ptr<Clock> its_clock, const std::string& url,
      std::string name)
      : network(std::move(transport)), clock(std::move(its_clock)), table(std::move(name)) {
    const sim::AccessKey access;
    wire::Endpoints endpoints{"eu-west-1", {{wire::Service::dynamodb, url}}};
    caller = std::make_unique<wire::Caller>(
        *network, *clock, random, wire::Credentials{access.access_key_id, access.secret_access_key, ""},
        std::move(endpoints));
    journal = open_dynamo(*caller, *clock, table);
  }

  std::unique_ptr<wire::Transport> network;
  std::unique_ptr<Clock> clock;
  SystemRandom random;
  std::string table;
  std::unique_ptr<wire::Caller> caller;
  std::unique_ptr<Store> journal;
};

class RealTable : public TestStore {
 public:
  std::unique_ptr<Store> open() override {
    std::shared_ptr<Way> there = way();
    return std::make_unique<KeptStore>(there, *there->journal);
  }
  void plant(const std::string& fleet, std::int64_t revision, const std::string& document) override {
    const auto there = way();
    const aws::dynamodb::Item item{{"pk", "state"},
                                   {"sk", fleet},
                                   {"revision", revision},
                                   {"document", document},
                                   {"crc32", std::int64_t{crc32(document)}},
                                   {"events", "[]"}};
    const auto put = aws::dynamodb::put_item(*there->caller, there->table, item);
    ASSERT_TRUE(put.outcome) << put.outcome.error().message;
  }

 protected:
  virtual std::unique_ptr<Way> way() = 0;
};

// ---- the simulated DynamoDB: one account, callers take turns

class SharedFront final : public wire::Transport {
 public:
  SharedFront(sim::Front& front, std::mutex& mutex) : front_(front), mutex_(mutex) {}
  std::vector<Result<wire::Response>> exchange(std::span<const wire::Request> requests) override {
    const std::scoped_lock lock(mutex_);
    return front_.exchange(requests);
  }

 private:
  sim::Front& front_;
  std::mutex& mutex_;
};

class SharedClock final : public Clock {
 public:
  SharedClock(sim::Account& account, std::mutex& mutex) : clock_(account), mutex_(mutex) {}
  Time now() const override {
    const std::scoped_lock lock(mutex_);
    return clock_.now();
  }
  void sleep(Duration duration) override {
    const std::scoped_lock lock(mutex_);
    clock_.sleep(duration);
  }

 private:
  sim::VirtualClock clock_;
  std::mutex& mutex_;
};

class SimulatedTable final : public RealTable {
 protected:
  std::unique_ptr<Way> way() override {
    return std::make_unique<Way>(std::make_unique<SharedFront>(front_, mutex_),
                                 std::make_unique<SharedClock>(account_, mutex_),
                                 "https://dynamodb.eu-west-1.amazonaws.com/", "evenkeel");
  }

 private:
  sim::Account account_{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}, 1};
  sim::Front front_{account_, {}, 1};
  std::mutex mutex_;
};

INSTANTIATE_TEST_SUITE_P(Simulated, JournalContract,
                         testing::Values(MakeStore([] { return std::make_unique<SimulatedTable>(); })));

// ---- a server

const char* url() { return std::getenv("EVENKEEL_DYNAMODB_URL"); }

// The events of the contract are of one day, and must not expire under a later test: time begins there.
class FromTheDayOfTheEvents final : public Clock {
 public:
  Time now() const override { return kDay + (clock_.now() - began_); }
  void sleep(Duration duration) override { clock_.sleep(duration); }

 private:
  static constexpr Time kDay = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
  SystemClock clock_;
  Time began_ = clock_.now();
};

class ServedTable final : public RealTable {
 public:
  ServedTable() {
    wire::Call create;
    create.service = wire::Service::dynamodb;
    create.action = "CreateTable";
    create.json = fmt::format(
        R"({{"TableName": "{}", "BillingMode": "PAY_PER_REQUEST",
             "AttributeDefinitions": [{{"AttributeName": "pk", "AttributeType": "S"}},
                                      {{"AttributeName": "sk", "AttributeType": "S"}}],
             "KeySchema": [{{"AttributeName": "pk", "KeyType": "HASH"}},
                           {{"AttributeName": "sk", "KeyType": "RANGE"}}]}})",
        name_);
    const auto there = way();
    const auto created = there->caller->call(create);
    EXPECT_TRUE(created.outcome) << created.outcome.error().message;
    // A table is not to be used before it is ACTIVE, and that is a moment later.
    for (int i = 0; i < 100 && !aws::dynamodb::get_item(*there->caller, name_, {"pk", "sk"}); ++i)
      there->clock->sleep(Duration{20});
  }

 protected:
  std::unique_ptr<Way> way() override {
    return std::make_unique<Way>(std::make_unique<wire::CurlTransport>(),
                                 std::make_unique<FromTheDayOfTheEvents>(), url(), name_);
  }

 private:
  std::string name_ = "contract-" + SystemRandom().hex(12);
};

// Without a server there is nothing to run, and that is said.
TEST(DynamoDbServer, IsThere) {
  if (url() == nullptr) GTEST_SKIP() << "EVENKEEL_DYNAMODB_URL names no server";
}

std::vector<MakeStore> served() {
  if (url() == nullptr) return {};
  return {[] { return std::make_unique<ServedTable>(); }};
}
INSTANTIATE_TEST_SUITE_P(Served, JournalContract, testing::ValuesIn(served()));

}  // namespace
}  // namespace evenkeel::record
