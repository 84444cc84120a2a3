// The seam between Evenkeel and every network: a request's bytes out, a response's bytes in. libcurl
// implements it for real endpoints (wire/curl.h), the simulated account implements it in memory (sim/), and
// nothing above this line can tell which one it has.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace evenkeel::wire {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The first header of that name, compared without case, or nullptr.
const std::string* find_header(const Headers& headers, std::string_view name);

inline constexpr Duration kNoTimeout = Duration::max();

struct Request {
  std::string method = "POST";
  std::string url;  // absolute: https://elasticloadbalancing.eu-west-1.amazonaws.com/
  Headers headers;
  std::string body;
  Duration timeout{10'000};  // for the whole exchange, connecting included; or kNoTimeout
  // True for a request whose bytes must reach the server at most once: the transport uses a fresh connection
  // and never sends it again by itself (libcurl silently repeats a request on a reused connection that had
  // died).
  bool at_most_once = false;
  // Never through a proxy: the endpoints that only this machine can reach (instance metadata, containers).
  bool direct = false;
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // Sends all requests, side by side where it can, and returns one result per request in the same order.
  // Failures: `unavailable` when no byte of the request can have reached the server, else `maybe_happened`.
  virtual std::vector<Result<Response>> exchange(std::span<const Request> requests) = 0;
};

}  // namespace evenkeel::wire
