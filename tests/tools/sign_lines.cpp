// For tests/witness/test_botocore_signer.py: reads one request a line as JSON on standard input, signs it as
// every call of Evenkeel is signed, and writes the headers that signing adds as one line of JSON.
//   {"method", "url", "headers": [[name, value], …], "body_hex", "key", "secret", "token", "region",
//    "service", "time": "2026-11-22T06:45:00Z"}  →  {"Host": …, "X-Amz-Date": …, "Authorization": …}
#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.h"
#include "wire/sigv4.h"

namespace {

using Json = nlohmann::json;

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned char byte = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

Json signed_headers(const Json& given) {
  evenkeel::wire::Request request;
  request.method = given.at("method");
  request.url = given.at("url");
  for (const Json& header : given.at("headers")) request.headers.emplace_back(header.at(0), header.at(1));
  request.body = bytes_of(given.at("body_hex"));
  const evenkeel::wire::Credentials credentials{given.at("key"), given.at("secret"), given.at("token")};
  const evenkeel::wire::CredentialScope scope{given.at("region"), given.at("service")};
  const auto time = evenkeel::parse_iso8601(given.at("time").get<std::string>());
  Json headers = Json::object();
  for (const auto& [name, value] : evenkeel::wire::sign(request, credentials, scope, time.value()))
    headers[name] = value;
  return headers;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);)
    std::cout << signed_headers(Json::parse(line)).dump() << "\n";
  return 0;
}
