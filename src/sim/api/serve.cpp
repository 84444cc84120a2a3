#include "sim/api/serve.h"

#include <algorithm>
#include <charconv>
#include <httplib.h>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/text.h"
#include "sim/api/request.h"

namespace evenkeel::sim {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Counters, requests, dropped, dropped_by_our_doing, crashes, repairs,
                                   reboots, undrained_reboots, min_healthy)

namespace {

using Json = nlohmann::json;

constexpr Duration kStep{50};
constexpr std::size_t kThreads = 32;  // a connection that is kept alive keeps one
constexpr int kBacklog = 128;
constexpr std::int64_t kFarthestAdvance = 2'592'000;  // 30 days
constexpr double kFastest = 100'000;

Json facts_json(const Account& account) {
  Json list = Json::array();
  for (const Fact& fact : account.facts())
    list.push_back({{"at", iso8601(fact.at)},
                    {"kind", name(fact.kind)},
                    {"instance_id", fact.instance_id},
                    {"target_group", fact.target_group},
                    {"port", fact.port},
                    {"count", fact.count},
                    {"detail", fact.detail},
                    {"ours", fact.actor == Actor::evenkeel}});
  return list;
}

Json published_json(const Account& account) {
  Json list = Json::array();
  for (const Published& one : account.published)
    list.push_back(
        {{"at", iso8601(one.at)}, {"topic", one.topic}, {"subject", one.subject}, {"message", one.message}});
  return list;
}

Json summary_json(const Account& account, const Front& front) {
  Json servers = Json::array();
  for (const auto& [id, server] : account.servers)
    servers.push_back({{"id", id},
                       {"name", server.name},
                       {"life", name(server.life)},
                       {"memory", server.memory},
                       {"crashes", server.crashes},
                       {"reboots_by_api", server.reboots_by_api}});
  return {{"now", iso8601(account.now())}, {"counters", account.counters()}, {"calls", front.calls()},
          {"callers", front.callers()},    {"faults", front.faults_fired()}, {"servers", std::move(servers)}};
}

// The world, its front and its time, behind one lock.
class SharedWorld {
 public:
  SharedWorld(Front& front, Account& account, Clock& clock, const ServeOptions& options)
      : front_(front),
        account_(account),
        clock_(clock),
        options_(options),
        virtual_start_(account.now()),
        real_start_(clock.now()) {}

  void keep_time(std::chrono::seconds added = {}) {
    const std::lock_guard lock(mutex_);
    added_ += added;
    catch_up();
  }

  std::optional<wire::Response> answer(const wire::Request& request) {
    const Time began = clock_.now();
    Duration slow_by{0};
    auto response = answer_now(request, slow_by);
    const Duration left = std::max(slow_by, options_.latency - (clock_.now() - began));
    if (left > Duration::zero()) clock_.sleep(left);
    return response;
  }

  // False: there is nothing to see under this path.
  bool show(const std::string& path, httplib::Response& response) {
    const std::lock_guard lock(mutex_);
    catch_up();
    Json json;
    if (path == "/_simulated/facts") json = facts_json(account_);
    if (path == "/_simulated/summary") json = summary_json(account_, front_);
    if (path == "/_simulated/published") json = published_json(account_);
    if (json.is_null()) return false;
    response.set_content(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n",
                         "application/json");
    return true;
  }

 private:
  std::optional<wire::Response> answer_now(const wire::Request& request, Duration& slow_by) {
    const std::lock_guard lock(mutex_);
    catch_up();
    const auto real = options_.accept_real_time ? std::optional(clock_.now()) : std::nullopt;
    return front_.answer(request, real, &slow_by);
  }

  void catch_up() {
    const std::chrono::duration<double, std::milli> elapsed = clock_.now() - real_start_;
    const auto passed = std::chrono::duration_cast<Duration>(elapsed * options_.time_scale);
    const Time now = virtual_start_ + added_ + passed;
    if (now > account_.now()) account_.advance_to(now);
  }

  std::mutex mutex_;
  Front& front_;
  Account& account_;
  Clock& clock_;
  const ServeOptions& options_;
  const Time virtual_start_, real_start_;
  Duration added_{0};
};

void forward(const httplib::Request& from, std::string body, SharedWorld& served, httplib::Response& to) {
  wire::Request request;
  request.method = from.method;
  request.url = "http://" + from.get_header_value("Host") + from.target;
  request.headers.assign(from.headers.begin(), from.headers.end());
  request.body = std::move(body);
  const auto response = served.answer(request);
  if (!response) {
    // The library has no way to hang up before the headers: promise a body, and end without it.
    to.set_content_provider(1, "text/xml",
                            [](std::size_t, std::size_t, httplib::DataSink&) { return false; });
    return;
  }
  to.status = response->status;
  const auto* type = wire::find_header(response->headers, "Content-Type");
  to.set_content(response->body, type ? *type : "text/xml");
  for (const auto& [key, value] : response->headers) {
    if (key != "Content-Type") to.set_header(key, value);
  }
}

void advance(const httplib::Request& request, SharedWorld& served, httplib::Response& response) {
  const std::string text = request.get_param_value("seconds");
  std::int64_t count = -1;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  if (read.ptr != text.data() + text.size() || count < 0 || count > kFarthestAdvance) {
    response.status = 400;
    response.set_content("seconds must be a whole number from 0 to 2592000\n", "text/plain");
    return;
  }
  served.keep_time(std::chrono::seconds(count));
  served.show("/_simulated/summary", response);
}

void route(httplib::Server& server, SharedWorld& served) {
  server.Get(".*", [&served](const httplib::Request& request, httplib::Response& response) {
    if (!served.show(request.path, response)) forward(request, "", served, response);
  });
  server.Put(".*", [&served](const httplib::Request& request, httplib::Response& response) {
    forward(request, "", served, response);
  });
  // The body is read here since the library itself refuses forms above 8 KiB.
  server.Post(".*", [&served](const httplib::Request& request, httplib::Response& response,
                              const httplib::ContentReader& read) {
    std::string body;
    if (!read([&body](const char* data, std::size_t size) {
          return body.append(data, size).size() <= kLargestBody;
        }))
      return;
    if (request.path == "/_simulated/advance") return advance(request, served, response);
    forward(request, std::move(body), served, response);
  });
}

Result<int> bind(httplib::Server& server, const ServeOptions& options) {
  const std::string cannot =
      "Cannot listen on " + printable(options.host) + ":" + std::to_string(options.port);
  const bool loopback = options.host == "localhost" || options.host == "::1" ||
                        (options.host.starts_with("127.") &&
                         options.host.find_first_not_of("0123456789.") == std::string::npos);
  if (!loopback)
    return fail(ErrorKind::invalid, cannot +
                                        ": the simulated account protects nothing, so it listens on "
                                        "loopback only. Use 127.0.0.1.");
  if (const bool sane = options.time_scale >= 0 && options.time_scale <= kFastest; !sane)
    return fail(ErrorKind::invalid, "The time scale must be between 0 and 100000.");
  if (options.port < 0 || options.port > 65'535)
    return fail(ErrorKind::invalid, cannot + ": a port is between 0 and 65535.");
  const bool any = options.port == 0;
  const int port = any ? server.bind_to_any_port(options.host) : options.port;
  if (port > 0 && (any || server.bind_to_port(options.host, port))) return port;
  return fail(ErrorKind::unavailable, cannot + ": in use or not allowed. Choose another port, or 0 for any.");
}

}  // namespace

Result<void> serve(Front& front, Account& account, Clock& clock, const ServeOptions& options,
                   const std::function<void(int port)>& on_listening, const std::atomic<bool>& stop) {
  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_payload_max_length(kLargestBody);
  server.set_keep_alive_max_count(1'000'000);
  server.set_tcp_nodelay(true);
  // Not the library's SO_REUSEPORT, with which two servers could share a port and split the calls.
  socket_t listening = INVALID_SOCKET;
  server.set_socket_options([&listening](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    listening = socket;
  });
  SharedWorld served(front, account, clock, options);
  route(server, served);
  const int port = TRY(bind(server, options));
  // The library's own queue holds five: a client that opens more connections at once waits a second for TCP.
  ::listen(listening, kBacklog);

  std::atomic<bool> ended = false;
  std::jthread listener([&server, &ended] {
    server.listen_after_bind();
    ended = true;
  });
  while (!server.is_running() && !ended) clock.sleep(Duration{1});
  on_listening(port);
  while (!stop && !ended && !SystemClock::interrupted()) {
    served.keep_time();
    clock.sleep(kStep);
  }
  if (ended) return fail(ErrorKind::unavailable, "The HTTP server stopped listening by itself.");
  server.stop();
  return {};
}

}  // namespace evenkeel::sim
