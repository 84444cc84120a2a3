#include "wiring/policies.h"

#include <charconv>
#include <filesystem>
#include <fmt/core.h>
#include <utility>

#include "aws/ssm.h"
#include "base/text.h"
#include "policy/policy_file.h"
#include "wiring/own_caller.h"

namespace evenkeel::wiring {
namespace {

// "/evenkeel/policy", or with ":7".
struct ParameterName {
  std::string name;
  std::int64_t version = 0;  // 0: the newest

  std::string whole() const { return version == 0 ? name : fmt::format("{}:{}", name, version); }
};

Result<ParameterName> parameter_name(const std::string& address) {
  const auto text = address.substr(4);
  const auto colon = text.find(':');
  ParameterName parameter{text.substr(0, colon)};
  bool fits = parameter.name.size() > 1 && parameter.name.front() == '/';
  if (colon != std::string::npos) {
    const auto* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data() + colon + 1, end, parameter.version);
    fits = fits && error == std::errc{} && stopped == end && parameter.version > 0;
  }
  if (fits) return parameter;
  return fail(ErrorKind::invalid,
              fmt::format("--policy {}: is no parameter; give ssm:/NAME, or ssm:/NAME:VERSION with a number",
                          printable(address)));
}

Result<Policy> in_file(const std::string& address, const wire::Environment& environment) {
  std::filesystem::path path{address};
  if (path.is_relative() && wire::lookup(environment, "AWS_LAMBDA_RUNTIME_API"))
    path = wire::lookup(environment, "LAMBDA_TASK_ROOT").value_or("") / path;
  return policy::load(path.string());
}

Result<Policy> in_variable(const std::string& address, const wire::Environment& environment) {
  const auto name = address.substr(4);
  const auto text = wire::lookup(environment, name);
  if (text) return policy::parse(*text, address, policy::PositionStyle::in_words);
  return fail(ErrorKind::invalid, fmt::format("--policy {}: {} is not set; it should hold the policy's text",
                                              printable(address), printable(name)));
}

}  // namespace

// Where the policy is. A parameter's caller is kept, with its connection and its credentials.
struct PolicyPlace {
  std::string address;
  credentials::Sources sources;
  std::string region;
  std::unique_ptr<wire::Caller> caller;

  struct Read {
    std::string version;  // for people
    std::int64_t number;  // 0: has none
    Result<Policy> policy;
  };

  bool is_parameter() const { return address.starts_with("ssm:"); }
  bool is_variable() const { return address.starts_with("env:"); }

  // The error is of the reading; that of the text is in what was read.
  Result<Read> read(Duration within) {
    if (is_parameter()) {
      const auto parameter = TRY(parameter_name(address));
      return read_parameter(parameter, within);
    }
    if (is_variable()) return Read{address, 0, in_variable(address, sources.environment)};
    return Read{address, 0, in_file(address, sources.environment)};
  }

  Result<Read> read_parameter(const ParameterName& parameter, Duration within) {
    if (!caller) caller = TRY(own_caller(sources, region));
    caller->set_deadline(sources.clock.now() + within);
    const auto found = TRY(aws::ssm::get_parameter(*caller, parameter.whole())).value;
    auto version = fmt::format("ssm:{} version {}", parameter.name, found.version);
    auto parsed = policy::parse(found.value, version, policy::PositionStyle::in_words);
    return Read{std::move(version), found.version, std::move(parsed)};
  }

  // A parameter keeps its older versions, and the one that was good before it was broken is among them.
  std::optional<Read> good_before(const Read& broken, Duration within) {
    auto parameter = is_parameter() ? parameter_name(address) : Result<ParameterName>{};
    if (broken.number == 0 || !parameter || parameter->version != 0) return std::nullopt;
    const Time until = sources.clock.now() + within;
    for (int older = 1; older <= PolicySource::kOlderVersions && older < broken.number; ++older) {
      parameter->version = broken.number - older;
      auto before = read_parameter(*parameter, until - sources.clock.now());
      if (!before) return std::nullopt;
      if (before->policy) return std::move(*before);
    }
    return std::nullopt;
  }

  // Whether it is time to look whether there is another one.
  bool may_have_changed(Time read_at) const {
    if (is_variable()) return false;
    return !is_parameter() || sources.clock.now() >= read_at + PolicySource::kReadAgainAfter;
  }
};

Result<Policy> load_policy(const std::string& address, const credentials::Sources& sources,
                           const std::string& region) {
  PolicyPlace place{address, sources, region, {}};
  return TRY(place.read(PolicySource::kFirstReadWithin)).policy;
}

PolicySource::PolicySource(std::string address, credentials::Sources sources, std::string region)
    : place_(std::make_unique<PolicyPlace>(std::move(address), std::move(sources), std::move(region),
                                           nullptr)) {}

PolicySource::~PolicySource() = default;

Result<PolicySource::Current> PolicySource::current() {
  if (!good_ || place_->may_have_changed(read_at_)) TRY_VOID(read());
  return Current{good_->policy, good_->version, problem_};
}

Result<void> PolicySource::read() {
  read_at_ = place_->sources.clock.now();
  auto read = place_->read(good_ ? kReadAgainWithin : kFirstReadWithin);
  if (read && read->policy) {
    good_ = Good{std::move(*read->policy), std::move(read->version)};
    problem_.clear();
    return {};
  }
  const Error broken = read ? read->policy.error() : read.error();
  if (!good_ && read) {
    if (auto before = place_->good_before(*read, kFirstReadWithin))
      good_ = Good{std::move(*before->policy), std::move(before->version)};
  }
  if (!good_) return std::unexpected(broken);
  problem_ = fmt::format("{}\n{} stays in use{}", broken.message, printable(good_->version),
                         place_->is_parameter() ? "" : ", as it was before");
  return {};
}

}  // namespace evenkeel::wiring
