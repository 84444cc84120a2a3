#include "wire/sigv4.h"

#include <algorithm>
#include <array>
#include <map>
#include <openssl/evp.h>
#include <vector>

#include "base/text.h"
#include "wire/endpoint.h"
#include "wire/query.h"

namespace evenkeel::wire {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

using Digest = std::array<unsigned char, 32>;

std::string hex(const Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) {
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 15U]);
  }
  return text;
}

// Fetched once: OpenSSL 3 otherwise looks the algorithm up again for every digest, which costs more than the
// digest.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched;
}

Digest sha256(std::string_view data) {
  Digest digest{};
  EVP_Digest(data.data(), data.size(), digest.data(), nullptr, algorithm(), nullptr);
  return digest;
}

// RFC 2104, since OpenSSL's HMAC() fetches too.
Digest hmac(std::string_view key, std::string_view data) {
  constexpr std::size_t kBlock = 64;
  std::string inner(kBlock, '\x36'), outer(kBlock, '\x5c');
  const Digest hashed = key.size() > kBlock ? sha256(key) : Digest{};
  if (key.size() > kBlock) key = {reinterpret_cast<const char*>(hashed.data()), hashed.size()};
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  const Digest digest = sha256(inner.append(data));
  outer.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  return sha256(outer);
}

std::string_view bytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low < 0) {
      decoded.push_back(text[i]);
    } else {
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return decoded;
}

// Dot segments and empty segments go; then every segment is encoded as it stands, so that what was encoded on
// the wire is encoded twice. All services but S3 want it so.
std::string canonical_path(std::string_view path) {
  std::vector<std::string> kept;
  const auto segments = split(path, '/');
  for (const auto& segment : segments) {
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(percent_encode(segment));
    }
  }
  if (kept.empty()) return "/";
  const auto& last = segments.back();
  const bool folder = last.empty() || last == "." || last == "..";
  return "/" + join(kept, "/") + (folder ? "/" : "");
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& piece : split(query, '&')) {
    if (piece.empty()) continue;
    const auto equals = piece.find('=');
    const std::string_view value =
        equals == std::string::npos ? std::string_view{} : std::string_view{piece}.substr(equals + 1);
    pairs.emplace_back(percent_encode(percent_decode(std::string_view{piece}.substr(0, equals))),
                       percent_encode(percent_decode(value)));
  }
  std::ranges::sort(pairs);
  std::string text;
  for (const auto& [name, value] : pairs) {
    if (!text.empty()) text.push_back('&');
    text += name + "=" + value;
  }
  return text;
}

// Runs of white space become one space; none at the ends.
std::string squeeze(std::string_view value) {
  std::string text;
  bool space = false;
  for (const char c : trim(value)) {
    const bool white = c == ' ' || (c >= '\t' && c <= '\r');
    if (!white) {
      if (space) text.push_back(' ');
      text.push_back(c);
    }
    space = white;
  }
  return text;
}

// Lower-case name → values in their order, joined by commas.
std::map<std::string, std::string> canonical_headers(const Headers& headers) {
  std::map<std::string, std::string> canonical;
  for (const auto& [name, value] : headers) {
    const auto [at, first] = canonical.try_emplace(lower(trim(name)), squeeze(value));
    if (!first) at->second += "," + squeeze(value);
  }
  return canonical;
}

std::string signed_headers(const Headers& headers) {
  std::vector<std::string> names;
  for (const auto& [name, value] : canonical_headers(headers)) names.push_back(name);
  return join(names, ";");
}

std::string scope_text(const CredentialScope& scope, Time time) {
  return amz_date(time).substr(0, 8) + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

}  // namespace

std::string canonical_request(const Request& request) {
  const Url url = parse_url(request.url).value_or(Url{});
  std::string text =
      request.method + "\n" + canonical_path(url.path) + "\n" + canonical_query(url.query) + "\n";
  for (const auto& [name, value] : canonical_headers(request.headers)) text += name + ":" + value + "\n";
  return text + "\n" + signed_headers(request.headers) + "\n" + hex(sha256(request.body));
}

std::string string_to_sign(const std::string& canonical, const CredentialScope& scope, Time time) {
  return std::string{kAlgorithm} + "\n" + amz_date(time) + "\n" + scope_text(scope, time) + "\n" +
         hex(sha256(canonical));
}

std::string authorization(const Request& request, const Credentials& credentials,
                          const CredentialScope& scope, Time time) {
  const Digest date = hmac("AWS4" + credentials.secret_access_key, amz_date(time).substr(0, 8));
  const Digest region = hmac(bytes(date), scope.region);
  const Digest service = hmac(bytes(region), scope.service);
  const Digest key = hmac(bytes(service), "aws4_request");
  const Digest signature = hmac(bytes(key), string_to_sign(canonical_request(request), scope, time));
  return std::string{kAlgorithm} + " Credential=" + credentials.access_key_id + "/" +
         scope_text(scope, time) + ", SignedHeaders=" + signed_headers(request.headers) +
         ", Signature=" + hex(signature);
}

Headers sign(const Request& request, const Credentials& credentials, const CredentialScope& scope,
             Time time) {
  Headers added = {{"Host", parse_url(request.url).value_or(Url{}).host}, {"X-Amz-Date", amz_date(time)}};
  if (!credentials.session_token.empty()) {
    added.emplace_back("X-Amz-Security-Token", credentials.session_token);
  }
  Request complete = request;
  complete.headers.insert(complete.headers.end(), added.begin(), added.end());
  added.emplace_back("Authorization", authorization(complete, credentials, scope, time));
  return added;
}

}  // namespace evenkeel::wire
