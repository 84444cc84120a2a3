#include "sim/api/serve.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>
#include <thread>

#include "sim/testing/front.h"

namespace evenkeel::sim {
namespace {

using Json = nlohmann::json;

constexpr Duration kLatency{7};  // a time that serve() has no other reason to sleep

// A clock that moves only by hand, seen from several threads.
class HandClock final : public Clock {
 public:
  Time now() const override { return kStart + Duration{moved_.load()}; }
  void sleep(Duration duration) override {
    if (duration == kLatency) ++slept;
    std::this_thread::yield();
  }
  void move(Duration by) { moved_ += by.count(); }

  std::atomic<int> slept = 0;  // for the latency

 private:
  std::atomic<std::int64_t> moved_{0};
};

// Serves a world for as long as it lives.
struct ServedWorld {
  World world;
  HandClock clock;
  std::atomic<bool> stop = false;
  std::atomic<int> port = 0;
  Result<void> result;
  std::thread thread;

  explicit ServedWorld(Faults faults = {}, double time_scale = 0, Duration latency = {})
      : world(std::move(faults)) {
    ServeOptions options;
    options.time_scale = time_scale;
    options.latency = latency;
    thread = std::thread([this, options] {
      result = serve(world.front, world.account, clock, options, [this](int bound) { port = bound; }, stop);
    });
    while (port == 0) std::this_thread::yield();
  }
  ~ServedWorld() {
    stop = true;
    thread.join();
  }

  httplib::Client client() const { return httplib::Client("127.0.0.1", port); }

  httplib::Result post(wire::Request request) const {
    request.url = "http://127.0.0.1:" + std::to_string(port) + "/";
    sign(request, "ec2");
    httplib::Headers headers;
    for (const auto& [key, value] : request.headers) {
      if (key != "Content-Type") headers.emplace(key, value);  // the library adds it
    }
    return client().Post("/", headers, request.body, "application/x-www-form-urlencoded; charset=utf-8");
  }
  httplib::Result describe(Time at) const {
    return post(request_for(ApiService::ec2, "DescribeInstances", {}, at));
  }
  Json get(const std::string& path) const { return Json::parse(client().Get(path)->body); }
};

TEST(Serve, AnswersSignedCallsWithTheAccountsHeaders) {
  ServedWorld served;
  const auto response = served.describe(kStart);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_NE(response->body.find("<DescribeInstancesResponse"), std::string::npos);
  EXPECT_EQ(response->get_header_value("Content-Type"), "text/xml");
  EXPECT_EQ(response->get_header_value("Date"), "Sun, 22 Nov 2026 06:56:40 GMT");
  EXPECT_EQ(response->get_header_value("x-amzn-RequestId").size(), 32);
  const auto refused =
      served.post(request_for(ApiService::ec2, "DescribeInstances", {{"InstanceId.1", "x"}}, kStart));
  EXPECT_EQ(refused->status, 400);
}

TEST(Serve, EveryCallTakesTheLatencyAndALookAtTheAccountDoesNot) {
  ServedWorld served({}, 0, kLatency);
  EXPECT_EQ(served.describe(kStart)->status, 200);
  EXPECT_EQ(served.describe(kStart)->status, 200);
  served.get("/_simulated/summary");
  EXPECT_EQ(served.clock.slept.load(), 2);
}

TEST(Serve, TakesFormsOfMoreThanEightKilobytesButNotOfAMegabyte) {
  ServedWorld served;
  FormFields form;
  for (int i = 1; i <= 400; ++i) form.emplace_back("InstanceId." + std::to_string(i), served.world.ids[0]);
  const auto large = served.post(request_for(ApiService::ec2, "DescribeInstances", form, kStart));
  ASSERT_TRUE(large);
  EXPECT_EQ(large->status, 200);
  const FormFields huge = {{"InstanceId.1", std::string(2 << 20, 'a')}};
  const auto refused = served.post(request_for(ApiService::ec2, "DescribeInstances", huge, kStart));
  EXPECT_TRUE(!refused || refused->status == 413);
}

TEST(Serve, VirtualTimeRunsAtItsScale) {
  ServedWorld served({}, 60);
  const auto now = [&] {
    return *parse_iso8601(served.get("/_simulated/summary")["now"].get<std::string>());
  };
  const Time before = now();
  served.clock.move(std::chrono::seconds{2});
  EXPECT_EQ(now(), before + std::chrono::seconds{120});
}

TEST(Serve, ShowsWhatWasPublished) {
  ServedWorld served;
  EXPECT_EQ(served.get("/_simulated/published"), Json::array());
  served.world.account.published.push_back({kStart, "arn:topic", "subject", "message", {}});
  EXPECT_EQ(served.get("/_simulated/published"), (Json{{{"at", iso8601(kStart)},
                                                        {"topic", "arn:topic"},
                                                        {"subject", "subject"},
                                                        {"message", "message"}}}));
}

TEST(Serve, TimeCanBeMovedByRequest) {
  ServedWorld served;
  const Time before = served.world.account.now();
  const auto response = served.client().Post("/_simulated/advance?seconds=90", "", "text/plain");
  ASSERT_TRUE(response);
  EXPECT_EQ(Json::parse(response->body)["now"], iso8601(before + std::chrono::seconds{90}));
  for (const char* wrong : {"-1", "", "1.5", "many", "99999999999999999999", "2592001"})
    EXPECT_EQ(
        served.client().Post(std::string("/_simulated/advance?seconds=") + wrong, "", "text/plain")->status,
        400)
        << wrong;
}

TEST(Serve, ShowsWhatReallyHappened) {
  ServedWorld served;
  const std::string id = served.world.ids[0];
  served.post(request_for(ApiService::ec2, "RebootInstances", {{"InstanceId.1", id}}, kStart));
  served.client().Post("/_simulated/advance?seconds=300", "", "text/plain");
  const Json summary = served.get("/_simulated/summary");
  EXPECT_EQ(summary["counters"]["reboots"], 1);
  EXPECT_EQ(summary["calls"]["ec2:RebootInstances"], 1);
  EXPECT_EQ(summary["servers"].size(), 3);
  const Json facts = served.get("/_simulated/facts");
  const auto effect =
      std::ranges::find_if(facts, [](const Json& fact) { return fact["kind"] == "reboot-effect"; });
  ASSERT_NE(effect, facts.end());
  EXPECT_EQ((*effect)["instance_id"], id);
  EXPECT_EQ((*effect)["ours"], true);
}

TEST(Serve, ALostReplyBreaksTheConnectionOff) {
  Fault lost;
  lost.kind = FaultKind::lose_reply_after;
  lost.times = 1;
  ServedWorld served({{lost}});
  const auto response = served.post(
      request_for(ApiService::ec2, "RebootInstances", {{"InstanceId.1", served.world.ids[0]}}, kStart));
  EXPECT_FALSE(response);
  EXPECT_EQ(served.get("/_simulated/summary")["faults"]["lose_reply_after"], 1);
  EXPECT_EQ(served.describe(kStart)->status, 200);
}

TEST(Serve, AcceptsSignaturesOfTheMachinesClockToo) {
  ServedWorld served;
  served.clock.move(std::chrono::hours{100});
  EXPECT_EQ(served.describe(served.clock.now())->status, 200);
  EXPECT_EQ(served.describe(served.clock.now() - std::chrono::hours{50})->status, 400);
}

TEST(Serve, AGetIsNoCall) {
  ServedWorld served;
  EXPECT_EQ(served.client().Get("/?Action=DescribeInstances")->status, 404);
  EXPECT_EQ(served.client().Get("/_simulated/secrets")->status, 404);
}

TEST(Serve, AnswersManyConnectionsAtOnce) {
  ServedWorld served;
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 5; ++j) good += served.describe(kStart)->status == 200;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 40);
}

ServeOptions listening(const std::string& host, int port = 0, double time_scale = 1) {
  ServeOptions options;
  options.host = host;
  options.port = port;
  options.time_scale = time_scale;
  return options;
}

Result<void> try_to_serve(const ServeOptions& options) {
  World world;
  HandClock clock;
  const std::atomic<bool> stop = true;
  return serve(world.front, world.account, clock, options, [](int) {}, stop);
}

TEST(Serve, ListensOnLoopbackOnly) {
  for (const char* host : {"0.0.0.0", "192.168.1.1", "example.com", "", "::", "127.example.com"}) {
    const auto result = try_to_serve(listening(host));
    ASSERT_FALSE(result) << host;
    EXPECT_EQ(result.error().kind, ErrorKind::invalid);
    EXPECT_NE(result.error().message.find("loopback"), std::string::npos);
  }
  EXPECT_TRUE(try_to_serve(listening("127.0.0.1")));
}

TEST(Serve, RefusesImpossibleOptionsAndTakenPorts) {
  EXPECT_EQ(try_to_serve(listening("127.0.0.1", 70'000)).error().kind, ErrorKind::invalid);
  EXPECT_EQ(try_to_serve(listening("127.0.0.1", 0, -1)).error().kind, ErrorKind::invalid);
  EXPECT_EQ(try_to_serve(listening("127.0.0.1", 0, 1e9)).error().kind, ErrorKind::invalid);
  ServedWorld served;
  const auto taken = try_to_serve(listening("127.0.0.1", served.port));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace evenkeel::sim
