// AWS Signature Version 4, seen from AWS's side of the wire: computes what a request's signature must be.
// Independent of the client's signer. docs.aws.amazon.com: "Signature Version 4 signing process".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/transport.h"

namespace evenkeel::sim {

struct Authorization {
  std::string access_key_id, date, region, service;  // date as in the scope, "20150830"
  std::vector<std::string> signed_headers;           // lower case, sorted
  std::string signature;                             // hex
};

// "AWS4-HMAC-SHA256 Credential=…/…/…/…/aws4_request, SignedHeaders=a;b, Signature=…"; none if it is not that.
std::optional<Authorization> parse_authorization(std::string_view header);

// A request's value for a header as the signature sees it: several of one name joined by commas, white space
// folded. `host` falls back to the URL's. None when the request does not have it.
std::optional<std::string> canonical_header(const wire::Request& request, std::string_view name);

// The signature of a request for "/" without a query string, in hex. None when a signed header is missing.
std::optional<std::string> expected_signature(const wire::Request& request,
                                              const Authorization& authorization, const std::string& amz_date,
                                              const std::string& secret);

}  // namespace evenkeel::sim
