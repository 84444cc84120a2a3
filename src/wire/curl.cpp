#include "wire/curl.h"

#include <algorithm>
#include <array>
#include <curl/curl.h>
#include <deque>

#include "base/text.h"
#include "wire/answer.h"
#include "wire/endpoint.h"

namespace evenkeel::wire {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

namespace {

// Enough for the endpoints we talk to at full concurrency.
constexpr long kKeptConnections = 64;

bool append(HeaderList& list, const std::string& line) {
  curl_slist* head = list.release();
  curl_slist* longer = curl_slist_append(head, line.c_str());
  list.reset(longer != nullptr ? longer : head);
  return longer != nullptr;
}

bool breaks_line(std::string_view text) {
  return text.find_first_of(std::string_view{"\r\n\0", 3}) != std::string_view::npos;
}

Result<void> check_request(const Request& request) {
  if (!parse_url(request.url)) {
    return fail(ErrorKind::invalid, "'" + shown_url(request.url) + "' is no absolute http or https URL");
  }
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || name.find(':') != std::string::npos || breaks_line(name) || breaks_line(value)) {
      return fail(ErrorKind::invalid, "the request header '" + printable(name) + "' holds a line break");
    }
  }
  return {};
}

// What keeps it from being used, without showing it.
std::optional<std::string> defect_of(const Proxy& proxy) {
  std::string_view rest = proxy.url;
  const auto scheme = rest.find("://");
  if (scheme != std::string_view::npos) rest.remove_prefix(scheme + 3);
  const auto name =
      lower(std::string_view{proxy.url}.substr(0, scheme == std::string_view::npos ? 0 : scheme));
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  const bool spoken = name.empty() || name == "http" || name == "https";
  const auto url = parse_url("http://" + std::string(rest));
  if (spoken && url && url->path == "/" && url->query.empty() && !breaks_line(proxy.url)) return std::nullopt;
  return proxy.variable + " is no proxy; write it as http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT";
}

// The one that a request goes through, unless NO_PROXY has its host.
const Proxy* proxy_for(const Request& request, const Proxies& proxies) {
  if (request.direct) return nullptr;
  const auto& proxy = lower(request.url.substr(0, 6)) == "https:" ? proxies.https : proxies.http;
  return proxy ? &*proxy : nullptr;
}

Error out_of_memory() { return {ErrorKind::unavailable, "libcurl has no memory left; nothing was sent", ""}; }

}  // namespace

// One request under way, or a handle waiting for the next one.
struct Transfer {
  Easy easy;
  HeaderList headers;
  std::array<char, CURL_ERROR_SIZE> error_text{};
  const CurlOptions* options = nullptr;
  const Request* request = nullptr;
  std::size_t index = 0;
  Response response;
  std::size_t header_bytes = 0;
  bool too_large = false;
  bool began = false;  // libcurl was about to write the request itself, not one to a proxy

  Result<void> prepare(CURLM* multi);
  void set_options();
  void set_body() const;
  Result<Response> finish(CURLcode code);
  Error failure(CURLcode code);
};

namespace {

extern "C" {

static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  if (transfer.response.body.size() + bytes > transfer.options->max_body) {
    transfer.too_large = true;
    return CURL_WRITEFUNC_ERROR;
  }
  transfer.response.body.append(data, bytes);
  return bytes;
}

static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  transfer.header_bytes += bytes;
  if (transfer.header_bytes > transfer.options->max_headers) {
    transfer.too_large = true;
    return CURL_WRITEFUNC_ERROR;
  }
  const std::string_view line{data, bytes};
  if (line.starts_with("HTTP/")) {  // a new response: what came before was only informational (1xx)
    transfer.response.headers.clear();
    return bytes;
  }
  if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    transfer.response.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  return bytes;
}

static int on_request(void* user, char*, char*, int, int) {
  static_cast<Transfer*>(user)->began = true;
  return CURL_PREREQFUNC_OK;
}

}  // extern "C"

}  // namespace

void Transfer::set_options() {
  CURL* handle = easy.get();
  curl_easy_reset(handle);  // keeps connections and caches
  const bool limited = request->timeout != kNoTimeout;
  const auto timeout = std::max<long>(1, static_cast<long>(request->timeout.count()));
  const auto connect = std::clamp<long>(static_cast<long>(options->connect_timeout.count()), 1, timeout);
  curl_easy_setopt(handle, CURLOPT_URL, request->url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  const Proxy* proxy = proxy_for(*request, options->proxies);
  curl_easy_setopt(handle, CURLOPT_PROXY,
                   proxy != nullptr ? proxy->url.c_str() : "");  // not from the environment
  curl_easy_setopt(handle, CURLOPT_NOPROXY, options->proxies.except.c_str());
  curl_easy_setopt(handle, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, on_request);
  curl_easy_setopt(handle, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  if (options->ca_file) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, options->ca_file->c_str());
    curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(handle, CURLOPT_PROXY_CAINFO, options->ca_file->c_str());
  }
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, limited ? timeout : 0L);  // 0: none
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, connect);
  curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, request->at_most_once ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, request->at_most_once ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error_text.data());
  curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
}

void Transfer::set_body() const {
  CURL* handle = easy.get();
  if (request->method == "GET") {
    curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
    return;
  }
  curl_easy_setopt(handle, CURLOPT_POST, 1L);
  curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request->body.size()));
  curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request->body.data());
  if (request->method != "POST") curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method.c_str());
}

Result<void> Transfer::prepare(CURLM* multi) {
  TRY_VOID(check_request(*request));
  if (const Proxy* proxy = proxy_for(*request, options->proxies)) {
    if (const auto defect = defect_of(*proxy)) return fail(ErrorKind::invalid, *defect);
  }
  if (!easy) easy.reset(curl_easy_init());
  if (!easy || multi == nullptr) return std::unexpected(out_of_memory());
  response = {};
  header_bytes = 0;
  too_large = false;
  began = false;
  error_text[0] = 0;
  set_options();
  set_body();
  headers.reset();
  bool fits = append(headers, "Expect:") && append(headers, "Accept:");
  for (const auto& [name, value] : request->headers) {
    fits = fits && append(headers, value.empty() ? name + ";" : name + ": " + value);
  }
  if (!fits) return std::unexpected(out_of_memory());
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  if (curl_multi_add_handle(multi, easy.get()) != CURLM_OK) return std::unexpected(out_of_memory());
  return {};
}

Error Transfer::failure(CURLcode code) {
  long sent = 0;  // header bytes written, over all connections that libcurl tried
  curl_easy_getinfo(easy.get(), CURLINFO_REQUEST_SIZE, &sent);
  // A failed write may have let part of a request through; these codes don't.
  const bool before_sending = code != CURLE_SEND_ERROR && code != CURLE_RECV_ERROR &&
                              code != CURLE_GOT_NOTHING && code != CURLE_PARTIAL_FILE;
  std::string text = error_text[0] != 0 ? error_text.data() : curl_easy_strerror(code);
  if (too_large) text = "the response is larger than this program accepts";
  std::string host = parse_url(request->url).value_or(Url{}).host;
  const Proxy* proxy = proxy_for(*request, options->proxies);
  if (proxy != nullptr && !began) host += " (through the proxy of " + proxy->variable + ")";
  return {!began || (sent == 0 && before_sending) ? ErrorKind::unavailable : ErrorKind::maybe_happened,
          host + ": " + printable(text),
          code == CURLE_OPERATION_TIMEDOUT ? std::string{kTimeoutCode} : std::string{}};
}

Result<Response> Transfer::finish(CURLcode code) {
  if (code != CURLE_OK) return std::unexpected(failure(code));
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  return std::move(response);
}

struct CurlTransport::State {
  explicit State(CurlOptions given)
      : options(std::move(given)), usable(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
    if (!usable) return;
    multi = curl_multi_init();
    if (multi != nullptr) curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kKeptConnections);
  }
  ~State() {
    transfers.clear();
    if (multi != nullptr) curl_multi_cleanup(multi);
    if (usable) curl_global_cleanup();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void start(std::span<const Request> requests, std::vector<Result<Response>>& results);
  void collect(std::vector<Result<Response>>& results);
  bool turn() const;

  CurlOptions options;
  bool usable;
  CURLM* multi = nullptr;
  std::deque<Transfer> transfers;  // libcurl holds their addresses
  std::vector<Transfer*> idle;
  std::size_t next = 0;  // of the requests of this exchange
  std::size_t under_way = 0;
};

void CurlTransport::State::start(std::span<const Request> requests, std::vector<Result<Response>>& results) {
  while (next < requests.size() && under_way < std::max<std::size_t>(1, options.concurrency)) {
    if (idle.empty()) idle.push_back(&transfers.emplace_back());
    Transfer& transfer = *idle.back();
    transfer.options = &options;
    transfer.request = &requests[next];
    transfer.index = next++;
    if (const auto prepared = transfer.prepare(multi); !prepared) {
      results[transfer.index] = std::unexpected(prepared.error());
      continue;
    }
    idle.pop_back();
    ++under_way;
  }
}

void CurlTransport::State::collect(std::vector<Result<Response>>& results) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    results[transfer->index] = transfer->finish(code);
    curl_multi_remove_handle(multi, easy);
    idle.push_back(transfer);
    --under_way;
  }
}

// Lets libcurl work, then waits for the network. False: libcurl itself has failed.
bool CurlTransport::State::turn() const {
  constexpr int kLongestWait = 1000;  // libcurl wakes up earlier for its own timeouts
  int running = 0;
  if (curl_multi_perform(multi, &running) != CURLM_OK) return false;
  return running == 0 || curl_multi_poll(multi, nullptr, 0, kLongestWait, nullptr) == CURLM_OK;
}

Proxies proxies_from(const Environment& environment) {
  const auto either = [&](const char* variable, const char* other) -> std::optional<Proxy> {
    for (const char* name : {variable, other}) {
      if (auto url = lookup(environment, name)) return Proxy{std::move(*url), name};
    }
    return std::nullopt;
  };
  Proxies proxies;
  proxies.http = either("http_proxy", "http_proxy");
  proxies.https = either("https_proxy", "HTTPS_PROXY");
  if (const auto except = either("no_proxy", "NO_PROXY")) proxies.except = except->url;
  return proxies;
}

CurlTransport::CurlTransport(CurlOptions options) : state_(std::make_unique<State>(std::move(options))) {}
CurlTransport::~CurlTransport() = default;

std::vector<Result<Response>> CurlTransport::exchange(std::span<const Request> requests) {
  State& state = *state_;
  std::vector<Result<Response>> results(requests.size());
  state.next = 0;
  state.start(requests, results);
  while (state.under_way > 0) {
    const bool working = state.turn();
    state.collect(results);
    if (!working) {
      for (auto& transfer : state.transfers) {
        if (std::ranges::find(state.idle, &transfer) != state.idle.end()) continue;
        curl_multi_remove_handle(state.multi, transfer.easy.get());
        results[transfer.index] =
            fail(ErrorKind::maybe_happened, "libcurl failed while the request was under way");
        state.idle.push_back(&transfer);
        --state.under_way;
      }
    }
    state.start(requests, results);
  }
  return results;
}

}  // namespace evenkeel::wire
