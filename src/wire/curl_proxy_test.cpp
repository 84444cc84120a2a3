// libcurl through a proxy on the loopback interface: what is tunnelled, what is forwarded, and what goes
// past.
#include <gtest/gtest.h>
#include <map>

#include "wire/testing/loopback_server.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::wire {
namespace {

Request get(const std::string& url) {
  Request request;
  request.method = "GET";
  request.url = url;
  request.headers = {{"Authorization", "top-secret"}};
  request.timeout = Duration{5'000};
  return request;
}

CurlOptions through(const std::string& http, const std::string& https, const std::string& except = "") {
  CurlOptions options;
  if (!http.empty()) options.proxies.http = Proxy{http, "http_proxy"};
  if (!https.empty()) options.proxies.https = Proxy{https, "HTTPS_PROXY"};
  options.proxies.except = except;
  return options;
}

TEST(CurlProxy, ForwardsPlainHttp) {
  std::string seen;
  LoopbackServer proxy([&](const std::string& request) {
    seen = request;
    return ok("from the proxy");
  });
  CurlTransport transport(through(proxy.url(), ""));
  const auto response = send_one(transport, get("http://sts.example/path"));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "from the proxy");
  EXPECT_TRUE(seen.starts_with("GET http://sts.example/path HTTP/1.1\r\n")) << seen;
}

TEST(CurlProxy, TunnelsHttpsAndShowsTheProxyNoHeader) {
  std::string seen;
  LoopbackServer proxy([&](const std::string& request) {
    seen = request;
    return std::string{"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"};
  });
  CurlTransport transport(through("", proxy.url()));
  const auto response = send_one(transport, get("https://ec2.eu-west-1.amazonaws.com/"));
  ASSERT_EQ(kind_of(response), ErrorKind::unavailable) << "nothing of the request itself was sent";
  EXPECT_NE(response.error().message.find("ec2.eu-west-1.amazonaws.com (through the proxy of HTTPS_PROXY): "),
            std::string::npos)
      << response.error().message;
  EXPECT_TRUE(seen.starts_with("CONNECT ec2.eu-west-1.amazonaws.com:443 HTTP/1.1\r\n")) << seen;
  EXPECT_EQ(seen.find("top-secret"), std::string::npos);
}

TEST(CurlProxy, LosesNoCertaintyWhenTheTunnelDies) {
  LoopbackServer proxy([](const std::string&) { return std::string{}; });
  CurlTransport transport(through("", proxy.url()));
  Request once = get("https://ec2.example/");
  once.at_most_once = true;
  EXPECT_EQ(kind_of(send_one(transport, once)), ErrorKind::unavailable);
}

TEST(CurlProxy, IsPassedByForWhatIsDirectAndForNoProxy) {
  LoopbackServer proxy([](const std::string&) { return ok("proxy"); });
  LoopbackServer server([](const std::string&) { return ok("server"); });
  const auto body = [&](const CurlOptions& options, bool direct) {
    CurlTransport transport(options);
    Request request = get(server.url());
    request.direct = direct;
    return send_one(transport, request)->body;
  };
  EXPECT_EQ(body(through(proxy.url(), ""), false), "proxy");
  EXPECT_EQ(body(through(proxy.url(), ""), true), "server");
  EXPECT_EQ(body(through(proxy.url(), "", "example.com,127.0.0.1"), false), "server");
  EXPECT_EQ(body(through(proxy.url(), "", "*"), false), "server");
  EXPECT_EQ(body(through("", proxy.url()), false), "server") << "the other scheme's";
  EXPECT_EQ(body({}, false), "server");
}

TEST(CurlProxy, IsGivenItsPassword) {
  std::string seen;
  LoopbackServer proxy([&](const std::string& request) {
    seen = request;
    return ok("");
  });
  auto url = proxy.url();
  url.insert(url.find("127"), "user:pass%20word@");
  CurlTransport transport(through(url, ""));
  ASSERT_TRUE(send_one(transport, get("http://x.example/")));
  EXPECT_NE(seen.find("Proxy-Authorization: Basic dXNlcjpwYXNzIHdvcmQ=\r\n"), std::string::npos) << seen;
}

TEST(CurlProxy, IsNeverShown) {
  for (const char* url :
       {"http://user:hush@127.0.0.1:1", "http://user:hush@proxy.invalid:80", "user:hush@127.0.0.1:1"}) {
    CurlTransport transport(through(url, url));
    for (const char* target : {"http://x.example/", "https://x.example/"}) {
      const auto response = send_one(transport, get(target));
      ASSERT_EQ(kind_of(response), ErrorKind::unavailable) << url;
      EXPECT_EQ(response.error().message.find("hush"), std::string::npos) << response.error().message;
    }
  }
}

TEST(CurlProxy, ThatIsNoneIsNamedByItsVariableWhereItWouldBeUsed) {
  LoopbackServer server([](const std::string&) { return ok("server"); });
  for (const char* url : {"socks5://user:hush@127.0.0.1:1", "http://user:hush@ho st:1", "http://h:99999",
                          "://", "http://user:hush@host/path", "http://a\nb"}) {
    CurlTransport transport(through(url, url));
    const auto response = send_one(transport, get(server.url()));
    ASSERT_EQ(kind_of(response), ErrorKind::invalid) << url;
    EXPECT_EQ(response.error().message,
              "http_proxy is no proxy; write it as http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT");
    Request direct = get(server.url());
    direct.direct = true;
    EXPECT_TRUE(send_one(transport, direct));
  }
}

TEST(Proxies, AreReadFromTheEnvironmentAsCurlDoes) {
  std::map<std::string, std::string, std::less<>> variables = {{"HTTP_PROXY", "http://from-a-web-request"}};
  const Environment environment = [&](std::string_view name) -> std::optional<std::string> {
    const auto at = variables.find(name);
    return at == variables.end() ? std::nullopt : std::optional{at->second};
  };
  EXPECT_FALSE(proxies_from(environment).http);
  variables = {{"http_proxy", "a"}, {"HTTPS_PROXY", "b"}, {"NO_PROXY", "c"}};
  EXPECT_EQ(proxies_from(environment).http->url, "a");
  EXPECT_EQ(proxies_from(environment).https->url, "b");
  EXPECT_EQ(proxies_from(environment).https->variable, "HTTPS_PROXY");
  EXPECT_EQ(proxies_from(environment).except, "c");
  variables["https_proxy"] = "d";
  variables["no_proxy"] = "e";
  EXPECT_EQ(proxies_from(environment).https->url, "d");
  EXPECT_EQ(proxies_from(environment).except, "e");
}

}  // namespace
}  // namespace evenkeel::wire
