#include "sim/api/parameters.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "sim/api/order.h"

namespace evenkeel::sim {
namespace {

constexpr std::size_t kMostParameters = 20'000;

std::optional<std::string> form_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    decoded += text[i] == '+' ? ' ' : text[i];
    if (text[i] != '%') continue;
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned char byte = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || read.ptr != digits.data() + 2) return std::nullopt;
    decoded.back() = static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

// For whatever is wrong with a request.
const char* common_code(ApiService service) {
  if (service == ApiService::dynamodb || service == ApiService::ssm) return "ValidationException";
  return service == ApiService::sns ? "InvalidParameter" : "ValidationError";
}

}  // namespace

std::unexpected<ApiRefusal> refuse(int status, std::string code, std::string message) {
  return std::unexpected(ApiRefusal{status, std::move(code), std::move(message)});
}

bool contains(const std::vector<std::string>& list, std::string_view value) {
  return std::ranges::find(list, value) != list.end();
}

bool is_name(std::string_view text, std::size_t least, std::size_t most, std::string_view others) {
  return text.size() >= least && text.size() <= most && std::ranges::all_of(text, [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  others.find(c) != std::string_view::npos;
         });
}

ApiResult<RequestParameters> RequestParameters::read(std::string_view form, ApiService service) {
  const auto malformed = [](const std::string& message) {
    return refuse(400, "MalformedQueryString", message);
  };
  RequestParameters parameters;
  parameters.service_ = service;
  while (!form.empty()) {
    const std::string_view pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(pair.size() + 1, form.size()));
    const std::size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string_view::npos)
      return malformed("Each parameter must be name=value");
    const auto name = form_decoded(pair.substr(0, equals));
    const auto value = form_decoded(pair.substr(equals + 1));
    if (!name || !value) return malformed("A parameter is badly encoded: " + printable(pair));
    if (parameters.values_.size() >= kMostParameters) return malformed("The request has too many parameters");
    if (!parameters.values_.emplace(*name, *value).second)
      return malformed("The parameter " + printable(*name) + " is given twice");
  }
  return parameters;
}

RequestParameters RequestParameters::of(std::map<std::string, std::string> values, ApiService service) {
  RequestParameters parameters;
  parameters.service_ = service;
  parameters.values_ = std::move(values);
  return parameters;
}

const std::string* RequestParameters::take(const std::string& name) {
  taken_.insert(name);
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

void RequestParameters::complain(const std::string& message, bool missing) {
  if (complaint_) return;
  const bool own_codes = service_ == ApiService::ec2 || service_ == ApiService::cloudwatch;
  const char* code = missing ? "MissingParameter" : "InvalidParameterValue";
  complaint_ = ApiRefusal{400, own_codes ? code : common_code(service_), message};
}

std::optional<std::string> RequestParameters::text(const std::string& name) {
  const std::string* value = take(name);
  return value ? std::optional(*value) : std::nullopt;
}

std::string RequestParameters::required(const std::string& name) {
  const std::string* value = take(name);
  if (value && !value->empty()) return *value;
  complain("The request must contain the parameter " + name, true);
  return {};
}

std::optional<int> RequestParameters::integer(const std::string& name, int least, int most) {
  const std::string* value = take(name);
  if (!value) return std::nullopt;
  int number = 0;
  const char* end = value->data() + value->size();
  const auto read = std::from_chars(value->data(), end, number);
  if (read.ec == std::errc() && read.ptr == end && number >= least && number <= most) return number;
  complain("Value (" + printable(*value) + ") for parameter " + name + " is invalid. It must be between " +
           std::to_string(least) + " and " + std::to_string(most) + ".");
  return std::nullopt;
}

bool RequestParameters::flag(const std::string& name, bool otherwise) {
  const std::string* value = take(name);
  if (!value) return otherwise;
  if (*value != "true" && *value != "false") complain("The parameter " + name + " must be true or false");
  return *value == "true";
}

Time RequestParameters::time(const std::string& name) {
  const auto time = parse_iso8601(required(name));
  if (!time) complain("The parameter " + name + " must be a timestamp in ISO 8601");
  return time.value_or(Time{});
}

std::vector<std::string> RequestParameters::list(const std::string& prefix) {
  std::vector<std::string> values;
  for (std::string name = prefix + ".1"; has(name); name = prefix + "." + std::to_string(values.size() + 1))
    values.push_back(required(name));
  return values;
}

std::vector<std::string> RequestParameters::structures(const std::string& prefix) const {
  std::vector<std::string> prefixes;
  while (true) {
    const std::string next = prefix + "." + std::to_string(prefixes.size() + 1);
    const auto first = values_.lower_bound(next + ".");
    if (first == values_.end() || !first->first.starts_with(next + ".")) return prefixes;
    prefixes.push_back(next);
  }
}

std::vector<std::string> RequestParameters::names_in(const std::string& map) {
  std::vector<std::string> names;
  const std::string start = map + ".";
  for (auto at = values_.lower_bound(start); at != values_.end() && at->first.starts_with(start); ++at) {
    const auto name = at->first.substr(start.size(), at->first.find('.', start.size()) - start.size());
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  if (const auto empty = values_.find(map); empty != values_.end() && empty->second.empty()) take(map);
  return names;
}

ApiResult<void> RequestParameters::finish() const {
  if (complaint_) return std::unexpected(*complaint_);
  for (const auto& [name, value] : values_) {
    if (!taken_.contains(name))
      return refuse(400, service_ == ApiService::ec2 ? "UnknownParameter" : common_code(service_),
                    "The parameter " + printable(name) + " is not recognized");
  }
  return {};
}

std::uint64_t RequestParameters::fingerprint() const {
  std::string all;
  for (const auto& [name, value] : values_) {
    if (name != "NextToken" && name != "Marker") all += name + "=" + value + "&";
  }
  return hashed(all, 0);
}

}  // namespace evenkeel::sim
