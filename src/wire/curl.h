// The real network: libcurl's multi interface. Not for use by two threads at once.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "wire/environment.h"
#include "wire/transport.h"

namespace evenkeel::wire {

// A proxy and who named it. The URL may hold a user and a password, and is never shown.
struct Proxy {
  std::string url;       // http://[user:password@]host[:port]; https:// for TLS to the proxy itself
  std::string variable;  // "HTTPS_PROXY"
};

struct Proxies {
  std::optional<Proxy> http, https;  // by the scheme of what is asked for
  std::string except;                // NO_PROXY: hosts, domains and networks with commas between, or *
};

// As curl reads them: http_proxy (lower case only, for HTTP_PROXY may come from a web request), https_proxy
// or HTTPS_PROXY, no_proxy or NO_PROXY.
Proxies proxies_from(const Environment& environment);

struct CurlOptions {
  std::size_t concurrency = 16;     // requests under way at once; the others wait their turn
  Duration connect_timeout{3'000};  // name, TCP and TLS together; never more than the request's own timeout
  // One file with the certificates to trust. Not set: the system's. Debian's default directory is parsed
  // again for every connection, so one file is much faster.
  std::optional<std::string> ca_file = std::nullopt;
  Proxies proxies = {};
  std::size_t max_body = 64U << 20U;
  std::size_t max_headers = 256U << 10U;
};

// Connections are kept and used again over calls. Redirects are not followed, only http and https are spoken,
// certificates are always verified. HTTP/1.1. Proxies are those of the options, never those of the
// environment, and never for a request that is `direct`.
// Errors: `unavailable` when libcurl wrote no byte of the request, else `maybe_happened`; the message holds
// the host and libcurl's own text, never headers or body. A header with a line break is refused with
// `invalid`, and so is everything that would have to go through a proxy whose URL makes no sense.
class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(CurlOptions options = {});
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  std::vector<Result<Response>> exchange(std::span<const Request> requests) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace evenkeel::wire
