#include "wire/caller.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/text.h"
#include "wire/sigv4.h"

namespace evenkeel::wire {
namespace {

// Retries due within this time of the first one go out together with it: side by side, and still spread.
constexpr Duration kRetrySlot{100};
// A request with less time than this before the deadline is not worth sending.
constexpr Duration kLeastTime{1'000};
// A clock that differs by less is not why AWS refused a signature (docs/aws.md, Credentials).
constexpr Duration kSkewMatters{4 * 60'000};

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

std::string body(const Call& call) {
  if (is_json(facts(call.service).protocol)) return call.json.empty() ? "{}" : call.json;
  Parameters all;
  all.add("Action", call.action).add("Version", facts(call.service).version);
  const std::string rest = call.parameters.form();
  return rest.empty() ? all.form() : all.form() + "&" + rest;
}

Headers content_headers(const Call& call) {
  const auto& service = facts(call.service);
  if (!is_json(service.protocol))
    return {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  const auto* version = service.protocol == Protocol::json_1_0 ? "1.0" : "1.1";
  return {{"Content-Type", std::string{"application/x-amz-json-"} + version},
          {"X-Amz-Target", std::string{service.version} + "." + call.action}};
}

}  // namespace

// Where one call stands between its attempts.
struct Caller::Attempt {
  std::size_t index = 0;
  std::string invocation_id;
  int number = 1;
  int quota_held = 0;  // what the last retry took
  bool uncertain = false;
  bool corrected = false;  // was sent again with fresh credentials or a corrected clock
  Time due{};
};

// The calls that were given together, and what has come of them.
struct Caller::Batch {
  std::span<const Call> calls;
  std::vector<Reply> replies;
  std::vector<Attempt> waiting;

  void not_sent(const Attempt& attempt, ErrorKind kind, const std::string& why) {
    Reply& reply = replies[attempt.index];
    if (reply.attempts > 0) return;  // has its own error
    reply.outcome = fail(kind, full_name(calls[attempt.index]) + ": not sent: " + why);
  }
};

std::uint64_t Statistics::requests() const {
  std::uint64_t sum = 0;
  for (const auto& [action, counts] : actions) sum += counts.requests;
  return sum;
}

Caller::Caller(Transport& transport, Clock& clock, Random& random,
               std::shared_ptr<RefreshingCredentials> identity, Endpoints endpoints)
    : transport_(transport),
      clock_(clock),
      random_(random),
      identity_(std::move(identity)),
      endpoints_(std::move(endpoints)) {}

Caller::Caller(Transport& transport, Clock& clock, Random& random, Credentials long_lived,
               Endpoints endpoints)
    : Caller(transport, clock, random, std::make_shared<RefreshingCredentials>(std::move(long_lived)),
             std::move(endpoints)) {}

Reply Caller::call(const Call& call) { return std::move(this->call(std::span{&call, 1}).front()); }

std::vector<Reply> Caller::call(std::span<const Call> calls) {
  Batch batch{calls, std::vector<Reply>(calls.size()), {}};
  for (std::size_t i = 0; i < calls.size(); ++i) {
    batch.waiting.push_back({.index = i, .invocation_id = invocation_id(), .due = clock_.now()});
  }
  while (!batch.waiting.empty()) send(due(batch), batch);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!batch.replies[i].outcome) ++statistics_.actions[full_name(calls[i])].failures;
    if (onlooker_) onlooker_(calls[i], batch.replies[i]);
  }
  return std::move(batch.replies);
}

void Caller::send(std::vector<Attempt> round, Batch& batch) {
  if (round.empty()) return;
  const bool needs_none =
      std::ranges::all_of(round, [&](const auto& one) { return batch.calls[one.index].anonymous; });
  const auto credentials = needs_none ? Credentials{} : identity_->credentials(now());
  if (!credentials) {
    for (const auto& one : round) batch.not_sent(one, credentials.error().kind, credentials.error().message);
    return;
  }
  std::vector<Request> requests;
  for (const auto& attempt : round) {
    const Call& call = batch.calls[attempt.index];
    requests.push_back(request(call, attempt, *credentials));
    auto& counts = statistics_.actions[full_name(call)];
    ++counts.requests;
    counts.retries += attempt.number > 1 ? 1 : 0;
    counts.bytes_sent += requests.back().body.size();
  }
  auto responses = transport_.exchange(requests);
  for (std::size_t i = 0; i < round.size(); ++i) {
    finish_attempt(std::move(round[i]), std::move(responses.at(i)), *credentials, batch);
  }
}

Request Caller::request(const Call& call, const Attempt& attempt, const Credentials& credentials) const {
  Request request;
  request.url = endpoints_.urls.at(call.service);
  request.body = body(call);
  request.timeout = deadline_ ? std::min(call.timeout, *deadline_ - clock_.now()) : call.timeout;
  request.at_most_once = call.at_most_once;
  const int most = call.at_most_once ? 1 : kMaxAttempts;
  request.headers = content_headers(call);
  request.headers.emplace_back("amz-sdk-invocation-id", attempt.invocation_id);
  request.headers.emplace_back(
      "amz-sdk-request", fmt::format("attempt={}; max={}", attempt.number, std::max(most, attempt.number)));
  if (!call.anonymous) {
    const CredentialScope scope{endpoints_.region, facts(call.service).signing_name};
    for (auto& header : sign(request, credentials, scope, call.sign_at.value_or(now()))) {
      request.headers.push_back(std::move(header));
    }
  }
  request.headers.emplace_back("User-Agent", user_agent(call));
  return request;
}

void Caller::finish_attempt(Attempt attempt, Result<Response> response, const Credentials& credentials,
                            Batch& batch) {
  const Call& call = batch.calls[attempt.index];
  Reply& reply = batch.replies[attempt.index];
  auto& counts = statistics_.actions[full_name(call)];
  if (response) counts.bytes_received += response->body.size();
  auto answer = read_answer(call, std::move(response), credentials);
  reply.attempts = attempt.number;
  if (answer) {
    quotas_[call.service].release(attempt.quota_held > 0 ? attempt.quota_held : RetryQuota::kFirstTryGain);
    reply.date = answer->date;
    reply.outcome = std::move(*answer);
    return;
  }
  FailedAttempt& fault = answer.error();
  if (fault.date) reply.date = fault.date;
  if (fault.error.kind == ErrorKind::throttled) {
    ++counts.throttled;
    pacing_.throttled(call, clock_.now());
  }
  attempt.uncertain = attempt.uncertain || fault.uncertain;
  reply.may_land_late = attempt.uncertain;
  const bool again = may_retry(call, attempt, fault, credentials);
  if (fault.credentials_expired && !again && identity_->refused())
    fault.error.message += "; refreshing them failed: " + identity_->refused()->message;
  if (attempt.uncertain && !fault.uncertain) {
    fault.error.kind = ErrorKind::maybe_happened;
    fault.error.message += "; an earlier attempt got no certain answer";
  }
  reply.outcome = std::unexpected(std::move(fault.error));
  if (again) batch.waiting.push_back(std::move(attempt));
}

bool Caller::may_retry(const Call& call, Attempt& attempt, const FailedAttempt& fault,
                       const Credentials& credentials) {
  if (call.at_most_once) return false;
  if (corrected(call, attempt, fault, credentials)) return true;
  const bool throttled = fault.error.kind == ErrorKind::throttled;
  if (!fault.retryable || attempt.number >= (throttled ? kMaxThrottledAttempts : kMaxAttempts)) return false;
  const Time due = clock_.now() + retry_delay(attempt.number, random_);
  const int cost = fault.timeout ? RetryQuota::kTimeoutCost : RetryQuota::kRetryCost;
  if (too_late(due) || !quotas_[call.service].acquire(cost)) return false;
  attempt.due = due;
  attempt.quota_held = cost;
  ++attempt.number;
  return true;
}

// Whether what AWS didn't like about the signature could be put right. Once a call.
bool Caller::corrected(const Call& call, Attempt& attempt, const FailedAttempt& fault,
                       const Credentials& credentials) {
  if (attempt.corrected || call.anonymous) return false;
  if (fault.clock_differs && fault.date && !call.sign_at) {
    const Duration differs = *fault.date - clock_.now();
    if (std::chrono::abs(differs - skew_) > kSkewMatters) {
      skew_ = differs;
      attempt.corrected = true;
    }
  }
  if (!attempt.corrected && fault.credentials_expired) {
    attempt.corrected = identity_->renew(credentials, now());
  }
  if (attempt.corrected) {
    attempt.due = clock_.now();
    ++attempt.number;
  }
  return attempt.corrected;
}

bool Caller::too_late(Time start) const { return deadline_ && *deadline_ - start < kLeastTime; }

// Sleeps until the next slot and takes out of the waiting ones what is due in it and within our budget.
std::vector<Caller::Attempt> Caller::due(Batch& batch) {
  const Time first = std::ranges::min_element(batch.waiting, {}, &Attempt::due)->due;
  std::vector<Attempt> round;
  std::vector<Attempt> later;
  for (auto& attempt : batch.waiting) {
    (attempt.due <= first + kRetrySlot ? round : later).push_back(std::move(attempt));
  }
  batch.waiting = std::move(later);
  const Time wake = std::ranges::max_element(round, {}, &Attempt::due)->due;
  if (const Duration left = wake - clock_.now(); left > Duration::zero()) clock_.sleep(left);
  if (wake - clock_.now() > kRetrySlot) {  // woken early: this process is to end
    const auto ended = [&](const Attempt& one) {
      batch.not_sent(one, ErrorKind::unavailable, "this process was asked to end");
    };
    std::ranges::for_each(round, ended);
    std::ranges::for_each(batch.waiting, ended);
    batch.waiting.clear();
    return {};
  }
  return within_budget(std::move(round), batch);
}

// Those that may go now; the others wait for their turn, or fail where it would come too late.
std::vector<Caller::Attempt> Caller::within_budget(std::vector<Attempt> round, Batch& batch) {
  std::vector<Attempt> going;
  const Time time = clock_.now();
  for (auto& attempt : round) {
    const Call& call = batch.calls[attempt.index];
    if (too_late(time)) {
      batch.not_sent(attempt, ErrorKind::unavailable, "the time for this tick is used up");
      continue;
    }
    const Duration wait = pacing_.take(call, urgency_, time);
    if (wait == Duration::zero()) {
      going.push_back(std::move(attempt));
    } else if (too_late(time + wait)) {
      batch.not_sent(attempt, ErrorKind::unavailable,
                     "Evenkeel's share of what AWS allows an account is used up for this tick");
    } else {
      attempt.due = time + wait;
      batch.waiting.push_back(std::move(attempt));
    }
  }
  return going;
}

std::string Caller::invocation_id() {
  return random_.hex(8) + "-" + random_.hex(4) + "-4" + random_.hex(3) + "-a" + random_.hex(3) + "-" +
         random_.hex(12);
}

}  // namespace evenkeel::wire
