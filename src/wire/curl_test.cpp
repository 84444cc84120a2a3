// libcurl against a server on the loopback interface that can misbehave in every way that matters.
#include "wire/curl.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "wire/answer.h"
#include "wire/testing/loopback_server.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::wire {
namespace {

Request post(const std::string& url, std::string body = "Action=X") {
  Request request;
  request.url = url;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Authorization", "top-secret"}};
  request.body = std::move(body);
  request.timeout = Duration{10'000};
  return request;
}

// Opens when that many have arrived.
class Gate {
 public:
  explicit Gate(int wanted) : wanted_(wanted) {}
  void arrive() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    opened_.notify_all();
    opened_.wait_for(lock, std::chrono::seconds{10}, [this] { return arrived_ >= wanted_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  int wanted_;
  int arrived_ = 0;
};

TEST(Curl, CarriesRequestAndResponseUnchanged) {
  std::string seen;
  LoopbackServer server([&](const std::string& request) {
    seen = request;
    return ok("hello");
  });
  CurlTransport transport;
  const auto response = send_one(transport, post(server.url(), "A=1&B=%20"));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(*find_header(response->headers, "date"), "Sun, 22 Nov 2026 06:45:00 GMT");
  EXPECT_TRUE(seen.starts_with("POST / HTTP/1.1\r\n"));
  EXPECT_TRUE(seen.ends_with("\r\n\r\nA=1&B=%20"));
  EXPECT_NE(seen.find("Authorization: top-secret\r\n"), std::string::npos);
}

TEST(Curl, NeverAsksForPermissionToSendALargeBody) {
  std::string seen;
  LoopbackServer server([&](const std::string& request) {
    seen = request;
    return ok("");
  });
  CurlTransport transport;
  ASSERT_TRUE(send_one(transport, post(server.url(), std::string(3U << 20U, 'x'))));
  EXPECT_EQ(lower(seen.substr(0, 1000)).find("expect:"), std::string::npos);
  EXPECT_GT(seen.size(), 3U << 20U);
}

TEST(Curl, KeepsConnectionsOverExchanges) {
  LoopbackServer server([](const std::string&) { return ok("x"); });
  CurlTransport transport;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(send_one(transport, post(server.url())));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.requests(), 5);
}

TEST(Curl, OpensAConnectionOfItsOwnForWhatIsSentAtMostOnce) {
  LoopbackServer server([](const std::string&) { return ok("x"); });
  CurlTransport transport;
  Request once = post(server.url());
  once.at_most_once = true;
  ASSERT_TRUE(send_one(transport, post(server.url())));
  ASSERT_TRUE(send_one(transport, once));
  ASSERT_TRUE(send_one(transport, once));
  EXPECT_EQ(server.connections(), 3);
  ASSERT_TRUE(send_one(transport, post(server.url())));
  EXPECT_EQ(server.connections(), 3) << "the first connection is still there";
}

TEST(Curl, LeavesNoConnectionBehindAfterWhatIsSentAtMostOnce) {
  LoopbackServer server([](const std::string&) { return ok("x"); });
  CurlTransport transport;
  Request once = post(server.url());
  once.at_most_once = true;
  ASSERT_TRUE(send_one(transport, once));
  ASSERT_TRUE(send_one(transport, post(server.url())));
  EXPECT_EQ(server.connections(), 2);
}

TEST(Curl, NeverRepeatsWhatIsSentAtMostOnceWhenTheConnectionDies) {
  LoopbackServer server([n = 0](const std::string&) mutable { return n++ == 0 ? ok("x") : std::string{}; });
  CurlTransport transport;
  ASSERT_TRUE(send_one(transport, post(server.url())));
  Request once = post(server.url());
  once.at_most_once = true;
  const auto response = send_one(transport, once);
  ASSERT_FALSE(response);
  ASSERT_EQ(kind_of(response), ErrorKind::maybe_happened);
  EXPECT_EQ(server.requests(), 2);
}

TEST(Curl, SendsSideBySide) {
  Gate gate(4);
  LoopbackServer server([&](const std::string&) {
    gate.arrive();
    return ok("x");
  });
  CurlTransport transport;
  const std::vector<Request> requests(4, post(server.url()));
  for (const auto& response : transport.exchange(requests)) EXPECT_TRUE(response);
}

TEST(Curl, KeepsToItsConcurrencyAndToTheOrder) {
  std::atomic<int> under_way = 0;
  std::atomic<int> most = 0;
  Gate both(2);
  LoopbackServer server([&](const std::string& request) {
    const int now = ++under_way;
    int before = most;
    while (before < now && !most.compare_exchange_weak(before, now)) continue;
    both.arrive();
    --under_way;
    return ok(request.substr(request.find("\r\n\r\n") + 4));
  });
  CurlTransport transport(CurlOptions{.concurrency = 2});
  std::vector<Request> requests;
  for (int i = 0; i < 20; ++i) requests.push_back(post(server.url(), std::to_string(i)));
  const auto responses = transport.exchange(requests);
  for (std::size_t i = 0; i < responses.size(); ++i) {
    ASSERT_TRUE(responses[i]);
    EXPECT_EQ(responses[i]->body, std::to_string(i));
  }
  EXPECT_EQ(most, 2);
  EXPECT_LE(server.connections(), 2);
}

TEST(Curl, KnowsThatARefusedConnectionCarriedNothing) {
  std::string url;
  {
    url = LoopbackServer([](const std::string&) { return ok(""); }).url();
  }
  CurlTransport transport;
  const auto response = send_one(transport, post(url));
  ASSERT_FALSE(response);
  ASSERT_EQ(kind_of(response), ErrorKind::unavailable);
  EXPECT_NE(response.error().message.find("127.0.0.1:"), std::string::npos);
}

TEST(Curl, KnowsThatAFailedHandshakeCarriedNothing) {
  LoopbackServer server([](const std::string&) { return ok(""); });
  CurlTransport transport;
  Request request = post(server.url("https"));
  request.timeout = Duration{300};  // the server waits for a whole HTTP request, the client for a handshake
  const auto response = send_one(transport, request);
  ASSERT_FALSE(response);
  ASSERT_EQ(kind_of(response), ErrorKind::unavailable);
  EXPECT_EQ(response.error().code, kTimeoutCode);
  EXPECT_EQ(server.requests(), 0);
}

TEST(Curl, TellsAServerWithoutTlsFromALostReply) {
  LoopbackServer server([](const std::string&) { return ok(""); }, "HTTP/1.1 400 Bad Request\r\n\r\n");
  CurlTransport transport;
  const auto response = send_one(transport, post(server.url("https")));
  ASSERT_FALSE(response);
  ASSERT_EQ(kind_of(response), ErrorKind::unavailable);
  EXPECT_EQ(response.error().code, "");
}

TEST(Curl, LeavesTheOutcomeOpenWhenNoReplyComesInTime) {
  Gate never(2);
  {
    LoopbackServer server([&](const std::string&) {
      never.arrive();
      return std::string{};
    });
    CurlTransport transport;
    Request request = post(server.url());
    request.timeout = Duration{100};
    const auto response = send_one(transport, request);
    ASSERT_FALSE(response);
    ASSERT_EQ(kind_of(response), ErrorKind::maybe_happened);
    EXPECT_EQ(response.error().code, kTimeoutCode);
    EXPECT_EQ(server.requests(), 1);
    never.arrive();
  }
}

TEST(Curl, LeavesTheOutcomeOpenWhenTheReplyIsLostOrCutOff) {
  for (const std::string& reply :
       {std::string{},
        std::string{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nshort"},
        std::string{
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nshort\r\n"}}) {
    LoopbackServer server([&](const std::string&) { return reply; });
    CurlTransport transport;
    const auto response = send_one(transport, post(server.url()));
    ASSERT_FALSE(response) << reply;
    ASSERT_EQ(kind_of(response), ErrorKind::maybe_happened);
  }
}

TEST(Curl, DoesNotFollowRedirects) {
  LoopbackServer server([](const std::string&) {
    return std::string{"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"};
  });
  CurlTransport transport;
  EXPECT_EQ(send_one(transport, post(server.url()))->status, 302);
  EXPECT_EQ(server.requests(), 1);
}

TEST(Curl, BoundsBodyAndHeaders) {
  LoopbackServer server([](const std::string& request) {
    if (request.ends_with("headers")) return "HTTP/1.1 200 OK\r\nX: " + std::string(5000, 'x') + "\r\n\r\n";
    return ok(std::string(5000, 'x'));
  });
  CurlTransport transport(CurlOptions{.max_body = 4999, .max_headers = 4000});
  for (const char* what : {"body", "headers"}) {
    const auto response = send_one(transport, post(server.url(), what));
    ASSERT_FALSE(response) << what;
    ASSERT_EQ(kind_of(response), ErrorKind::maybe_happened);
    EXPECT_NE(response.error().message.find("larger than"), std::string::npos) << response.error().message;
  }
}

TEST(Curl, RefusesHeadersThatWouldBecomeTwoAndSendsNothing) {
  LoopbackServer server([](const std::string&) { return ok(""); });
  CurlTransport transport;
  for (const auto& header :
       {std::pair<std::string, std::string>{"X-A", "1\r\nX-B: 2"}, {"X-A\n", "1"}, {"", "1"}}) {
    Request request = post(server.url());
    request.headers.push_back(header);
    const std::vector<Request> requests = {request, post(server.url())};
    const auto responses = transport.exchange(requests);
    ASSERT_FALSE(responses[0]);
    ASSERT_EQ(kind_of(responses[0]), ErrorKind::invalid);
    EXPECT_TRUE(responses[1]);
  }
  EXPECT_EQ(server.requests(), 3);
}

TEST(Curl, SpeaksOnlyHttp) {
  CurlTransport transport;
  for (const char* url : {"file:///etc/hostname", "ftp://127.0.0.1/", "no url"}) {
    ASSERT_EQ(kind_of(send_one(transport, post(url))), ErrorKind::invalid) << url;
  }
}

TEST(Curl, ShowsNoHeaderAndNoBodyInAnError) {
  LoopbackServer server([](const std::string&) { return std::string{}; });
  CurlTransport transport;
  const auto response = send_one(transport, post(server.url(), "hidden-body"));
  EXPECT_EQ(response.error().message.find("top-secret"), std::string::npos);
  EXPECT_EQ(response.error().message.find("hidden-body"), std::string::npos);
}

TEST(Curl, LetsOneFailureDisturbNoOther) {
  LoopbackServer server(
      [](const std::string& request) { return request.ends_with("bad") ? std::string{} : ok("x"); });
  CurlTransport transport;
  const std::vector<Request> requests = {post(server.url(), "good"), post(server.url(), "bad"),
                                         post("http://127.0.0.1:1/"), post(server.url(), "good")};
  const auto responses = transport.exchange(requests);
  EXPECT_TRUE(responses[0]);
  ASSERT_EQ(kind_of(responses[1]), ErrorKind::maybe_happened);
  ASSERT_EQ(kind_of(responses[2]), ErrorKind::unavailable);
  EXPECT_TRUE(responses[3]);
}

}  // namespace
}  // namespace evenkeel::wire
