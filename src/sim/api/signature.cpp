#include "sim/api/signature.h"

#include <algorithm>
#include <openssl/evp.h>

#include "base/text.h"

namespace evenkeel::sim {
namespace {

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

std::string sha256(std::string_view bytes) {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // a look-up costs more
  std::string digest(32, '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr, fetched,
             nullptr);
  return digest;
}

// RFC 2104. OpenSSL's own HMAC() looks its algorithm up at every call, five times a request.
std::string hmac(std::string_view key, std::string_view bytes) {
  std::string padded(key.size() > 64 ? sha256(key) : std::string(key));
  padded.resize(64, '\0');
  std::string inner, outer;
  for (const char byte : padded) {
    inner += static_cast<char>(byte ^ 0x36);
    outer += static_cast<char>(byte ^ 0x5c);
  }
  return sha256(outer + sha256(inner.append(bytes)));
}

std::string fold_white_space(std::string_view value) {
  std::string folded;
  for (const char c : trim(value)) {
    const bool space = c == ' ' || c == '\t';
    if (!space || !folded.ends_with(' ')) folded += space ? ' ' : c;
  }
  return folded;
}

// As it was sent: none of the paths that are answered has a letter that is encoded.
std::string canonical_path(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t path = url.find_first_of("/?#", scheme == std::string::npos ? 0 : scheme + 3);
  const std::string found = path == std::string::npos ? "" : url.substr(path, url.find_first_of("?#") - path);
  return found.empty() ? "/" : found;
}

}  // namespace

std::optional<Authorization> parse_authorization(std::string_view header) {
  static constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256 ";
  if (!header.starts_with(kAlgorithm)) return std::nullopt;
  std::vector<std::string> parts = split(header.substr(kAlgorithm.size()), ',');
  const std::vector<std::string> prefixes = {"Credential=", "SignedHeaders=", "Signature="};
  if (parts.size() != prefixes.size()) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string part(trim(parts[i]));
    if (!part.starts_with(prefixes[i])) return std::nullopt;
    parts[i] = part.substr(prefixes[i].size());
  }
  const std::vector<std::string> scope = split(parts[0], '/');
  const std::vector<std::string> headers = split(parts[1], ';');
  const bool orderly = lower(parts[1]) == parts[1] && std::ranges::is_sorted(headers);
  if (scope.size() != 5 || scope[4] != "aws4_request" || !orderly) return std::nullopt;
  return Authorization{scope[0], scope[1], scope[2], scope[3], headers, parts[2]};
}

std::optional<std::string> canonical_header(const wire::Request& request, std::string_view name) {
  std::optional<std::string> value;
  for (const auto& [key, text] : request.headers) {
    if (lower(key) == name) value = value ? *value + "," + fold_white_space(text) : fold_white_space(text);
  }
  if (value || name != "host") return value;
  const std::size_t scheme = request.url.find("://");
  const std::string rest = scheme == std::string::npos ? request.url : request.url.substr(scheme + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

std::optional<std::string> expected_signature(const wire::Request& request,
                                              const Authorization& authorization, const std::string& amz_date,
                                              const std::string& secret) {
  const auto& [key_id, date, region, service, signed_headers, signature] = authorization;
  std::string canonical = request.method + "\n" + canonical_path(request.url) + "\n\n";
  for (const std::string& name : signed_headers) {
    const auto value = canonical_header(request, name);
    if (!value) return std::nullopt;
    canonical += name + ":" + *value + "\n";
  }
  canonical += "\n" + join(signed_headers, ";") + "\n" + hex(sha256(request.body));
  const std::string scope = date + "/" + region + "/" + service + "/aws4_request";
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + amz_date + "\n" + scope + "\n" + hex(sha256(canonical));
  std::string key = "AWS4" + secret;
  for (const std::string& step : split(scope, '/')) key = hmac(key, step);
  return hex(hmac(key, to_sign));
}

}  // namespace evenkeel::sim
