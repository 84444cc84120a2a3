#include "wire/caller.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "wire/sigv4.h"

namespace evenkeel::wire {
namespace {

// Retries due within this time of the first one go out together with it: side by side, and still spread.
constexpr Duration kRetrySlot{100};

std::string user_agent(const Call& call) {
  static constexpr std::string_view kAllowed = "!$%&'*+-.^_`|~,";
  std::string text = "evenkeel/" EVENKEEL_VERSION " ua/2.1 lang/c++#23 cfg/retry-mode#standard";
  if (call.nonce.empty()) return text;
  text += " md/intent#";
  for (const char c : call.nonce) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    text.push_back(plain || kAllowed.find(c) != std::string_view::npos ? c : '-');
  }
  return text;
}

std::string form(const Call& call) {
  Parameters all;
  all.add("Action", call.action).add("Version", facts(call.service).version);
  const std::string rest = call.parameters.form();
  return rest.empty() ? all.form() : all.form() + "&" + rest;
}

}  // namespace

// Where one call stands between its attempts.
struct Caller::Attempt {
  std::size_t index = 0;
  std::string invocation_id;
  int number = 1;
  int quota_held = 0;  // what the last retry took
  bool uncertain = false;
  Time due{};
};

std::uint64_t Statistics::requests() const {
  std::uint64_t sum = 0;
  for (const auto& [action, counts] : actions) sum += counts.requests;
  return sum;
}

Caller::Caller(Transport& transport, Clock& clock, Random& random, Credentials credentials,
               Endpoints endpoints)
    : transport_(transport),
      clock_(clock),
      random_(random),
      credentials_(std::move(credentials)),
      endpoints_(std::move(endpoints)) {}

Reply Caller::call(const Call& call) { return std::move(this->call(std::span{&call, 1}).front()); }

std::vector<Reply> Caller::call(std::span<const Call> calls) {
  std::vector<Reply> replies(calls.size());
  std::vector<Attempt> waiting;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    waiting.push_back({.index = i, .invocation_id = invocation_id()});
  }
  for (auto round = std::exchange(waiting, {}); !round.empty(); round = due(waiting)) {
    std::vector<Request> requests;
    for (const auto& attempt : round) {
      const Call& call = calls[attempt.index];
      requests.push_back(request(call, attempt));
      auto& counts = statistics_.actions[full_name(call)];
      ++counts.requests;
      counts.retries += attempt.number > 1 ? 1 : 0;
      counts.bytes_sent += requests.back().body.size();
    }
    auto responses = transport_.exchange(requests);
    for (std::size_t i = 0; i < round.size(); ++i) {
      const std::size_t index = round[i].index;
      settle(calls[index], std::move(round[i]), std::move(responses.at(i)), replies[index], waiting);
    }
  }
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!replies[i].outcome) ++statistics_.actions[full_name(calls[i])].failures;
  }
  return replies;
}

Request Caller::request(const Call& call, const Attempt& attempt) const {
  Request request;
  request.url = endpoints_.urls.at(call.service);
  request.body = form(call);
  request.timeout = call.timeout;
  request.at_most_once = call.at_most_once;
  const int most = call.at_most_once ? 1 : kMaxAttempts;
  request.headers = {
      {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
      {"amz-sdk-invocation-id", attempt.invocation_id},
      {"amz-sdk-request", "attempt=" + std::to_string(attempt.number) + "; max=" + std::to_string(most)}};
  const Time time = call.sign_at.value_or(clock_.now());
  const Scope scope{endpoints_.region, facts(call.service).signing_name};
  for (auto& header : sign(request, credentials_, scope, time)) request.headers.push_back(std::move(header));
  request.headers.emplace_back("User-Agent", user_agent(call));
  return request;
}

void Caller::settle(const Call& call, Attempt attempt, Result<Response> response, Reply& reply,
                    std::vector<Attempt>& waiting) {
  auto& counts = statistics_.actions[full_name(call)];
  if (response) counts.bytes_received += response->body.size();
  auto answer = read_answer(call, std::move(response), credentials_);
  reply.attempts = attempt.number;
  if (answer) {
    quotas_[call.service].release(attempt.quota_held > 0 ? attempt.quota_held : RetryQuota::kFirstTryGain);
    reply.date = answer->date;
    reply.outcome = std::move(*answer);
    return;
  }
  Fault& fault = answer.error();
  if (fault.date) reply.date = fault.date;
  if (fault.error.kind == ErrorKind::throttled) ++counts.throttled;
  attempt.uncertain = attempt.uncertain || fault.uncertain;
  reply.may_land_late = attempt.uncertain;
  if (attempt.uncertain && !fault.uncertain) {
    fault.error.kind = ErrorKind::maybe_happened;
    fault.error.message += "; an earlier attempt got no certain answer";
  }
  reply.outcome = std::unexpected(std::move(fault.error));
  if (may_retry(call, attempt, fault)) waiting.push_back(std::move(attempt));
}

bool Caller::may_retry(const Call& call, Attempt& attempt, const Fault& fault) {
  if (call.at_most_once || !fault.retryable || attempt.number >= kMaxAttempts) return false;
  const int cost = fault.timeout ? RetryQuota::kTimeoutCost : RetryQuota::kRetryCost;
  if (!quotas_[call.service].acquire(cost)) return false;
  attempt.due = clock_.now() + retry_delay(attempt.number, random_);
  attempt.quota_held = cost;
  ++attempt.number;
  return true;
}

// Sleeps until the next slot and takes what is due in it out of `waiting`. Nothing when none waits.
std::vector<Caller::Attempt> Caller::due(std::vector<Attempt>& waiting) {
  if (waiting.empty()) return {};
  const Time first = std::ranges::min_element(waiting, {}, &Attempt::due)->due;
  std::vector<Attempt> round;
  std::vector<Attempt> later;
  for (auto& attempt : waiting) {
    (attempt.due <= first + kRetrySlot ? round : later).push_back(std::move(attempt));
  }
  waiting = std::move(later);
  const Time wake = std::ranges::max_element(round, {}, &Attempt::due)->due;
  if (const Duration left = wake - clock_.now(); left > Duration::zero()) clock_.sleep(left);
  if (wake - clock_.now() > kRetrySlot) {  // woken early: somebody wants this process to end
    waiting.clear();
    return {};
  }
  return round;
}

std::string Caller::invocation_id() {
  return random_.hex(8) + "-" + random_.hex(4) + "-4" + random_.hex(3) + "-a" + random_.hex(3) + "-" +
         random_.hex(12);
}

}  // namespace evenkeel::wire
