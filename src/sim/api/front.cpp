#include "sim/api/front.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/text.h"
#include "sim/api/api.h"
#include "sim/api/envelope.h"
#include "sim/api/metadata.h"
#include "sim/api/request.h"
#include "sim/api/throttle.h"

namespace evenkeel::sim {
namespace {

template <class Kind>
const Kind* find_in(std::span<const Kind> operations, const std::string& action) {
  const auto found = std::ranges::find(operations, action, &Kind::action);
  return found == operations.end() ? nullptr : &*found;
}

const Operation* find_operation(ApiService service, const std::string& action) {
  if (service == ApiService::elb) return find_in(elb_operations(), action);
  const std::span<const Operation> services[] = {ec2_operations(),
                                                 elbv2_operations(),
                                                 auto_scaling_operations(),
                                                 {},
                                                 sts_operations(),
                                                 sns_operations(),
                                                 {},
                                                 {}};
  return find_in(services[static_cast<std::size_t>(service)], action);
}

const TypedOperation* find_typed_operation(ApiService service, const std::string& action) {
  if (service == ApiService::cloudwatch) return find_in(cloudwatch_operations(), action);
  if (service == ApiService::dynamodb) return find_in(dynamodb_operations(), action);
  return service == ApiService::ssm ? find_in(ssm_operations(), action) : nullptr;
}

constexpr const char* kOtherAccount = "999988887777";

}  // namespace

struct Front::State {
  Account& account;
  FaultDice dice;
  Duration latency;
  std::uint64_t seed;
  SeededRandom ids;
  Keys keys;
  Metadata metadata{account, keys, seed};
  Throttle throttle{};
  CountsByAction counts{}, callers{};
  struct LateRequest {
    Time due;
    wire::Request request;
  };
  std::vector<LateRequest> late_requests{};
  std::unique_ptr<Account> another{};

  struct Reply {
    std::optional<wire::Response> response;  // none: the connection died
    Duration took{0};
    std::string lost_by{};
    Duration slow_by{0};
  };

  std::expected<ApiCall, RefusedCall> read(const wire::Request& request, std::optional<Time> other_now) const;
  wire::Response refusal(const Dialect& dialect, const ApiRefusal& refusal);
  wire::Response counted(wire::Response response);
  wire::Response perform(ApiCall& call);
  Account& other_account();
  Reply reply(const wire::Request& request, std::optional<Time> other_now);
  Reply metadata_reply(const wire::Request& request, const std::string& action, Time client_now);
  void deliver_late_requests();
};

std::expected<ApiCall, RefusedCall> Front::State::read(const wire::Request& request,
                                                       std::optional<Time> other_now) const {
  auto call = read_call(request, keys, account, other_now);
  if (!call || find_operation(call->service, call->action) ||
      find_typed_operation(call->service, call->action))
    return call;
  const std::string message = "The action " + printable(call->action) + " is not valid for this web service.";
  const char* code = uses_json(call->service) ? "UnknownOperationException" : "InvalidAction";
  return std::unexpected(RefusedCall{call->dialect, {400, code, message}});
}

wire::Response Front::State::counted(wire::Response response) {
  counts["bytes:out"] += static_cast<std::int64_t>(response.body.size());
  return response;
}

wire::Response Front::State::refusal(const Dialect& dialect, const ApiRefusal& refusal) {
  return counted(refused(dialect, refusal, ids.hex(32), account.now()));
}

// Switches::elsewhere: nothing is in it.
Account& Front::State::other_account() {
  if (!another) {
    another = std::make_unique<Account>(account.now(), seed);
    another->account_id = kOtherAccount;
    another->region = account.region;
  }
  another->advance_to(account.now());
  return *another;
}

wire::Response Front::State::perform(ApiCall& call) {
  const bool bare = !call.parameters.has("InstanceId.1") && !call.parameters.has("Filter.1.Name") &&
                    !call.parameters.has("MaxResults");
  if (account.switches.throttling && !throttle.admit(call.service, call.action, bare, account.now()))
    return refusal(call.dialect, throttled(call.service));
  ApiSession session{account.switches.elsewhere ? other_account() : account,
                     counts,
                     seed,
                     keys,
                     call.caller,
                     call.client_now};
  const auto respond = [&](const auto& inside) {
    if (!inside) return refusal(call.dialect, inside.error());
    return counted(answered(call, *inside, ids.hex(32), account.now()));
  };
  if (const auto* operation = find_typed_operation(call.service, call.action))
    return respond(operation->handle(session, call.parameters));
  return respond(find_operation(call.service, call.action)->handle(session, call.parameters));
}

Front::State::Reply Front::State::metadata_reply(const wire::Request& request, const std::string& action,
                                                 Time client_now) {
  const auto dot = action.find('.');
  ++counts[action.substr(0, dot) + ":" + action.substr(dot + 1)];
  const Fault* fault = dice.roll(action, false, account.now());
  const auto kind = fault ? std::optional(fault->kind) : std::nullopt;
  const auto with_status = [&](int status) {
    return Reply{wire::Response{status, {{"Date", http_date(account.now())}}, ""}, latency};
  };
  if (kind == FaultKind::server_error) return with_status(500);
  if (kind == FaultKind::throttle) return with_status(429);
  if (kind == FaultKind::denied) return with_status(403);
  const bool lost = kind == FaultKind::lose_reply_before || kind == FaultKind::lose_reply_after;
  if (lost || kind == FaultKind::late) return {{}, latency, name(*kind)};
  Reply reply{metadata.answer(request, client_now), latency + (fault ? fault->delay : Duration{0})};
  if (kind == FaultKind::garbage) reply.response->body.resize(reply.response->body.size() / 2);
  reply.slow_by = fault ? fault->delay : Duration{0};
  return reply;
}

Front::State::Reply Front::State::reply(const wire::Request& request, std::optional<Time> other_now) {
  if (const auto action = Metadata::action(request))
    return metadata_reply(request, *action, other_now.value_or(account.now()));
  counts["bytes:in"] += static_cast<std::int64_t>(request.body.size());
  auto call = read(request, other_now);
  if (!call) {
    ++counts["refused:unread"];
    return {refusal(call.error().dialect, call.error().refusal), latency};
  }
  const std::string service = names(call->service).iam;
  ++counts[service + ":" + call->action];
  if (call->caller) ++callers[call->caller->arn];
  // A target group is asked to move no instance in order to see whether it would be allowed.
  const bool dry_run = (call->service == ApiService::ec2 && call->parameters.text("DryRun") == "true") ||
                       (call->action == "DeregisterTargets" &&
                        call->parameters.text("Targets.member.1.Id") == "i-00000000000000000");
  const Fault* fault = dice.roll(service + "." + call->action, dry_run, account.now());
  if (!fault) return {perform(*call), latency};
  if (const auto instead = injected(fault->kind, call->service, service + ":" + call->action))
    return {refusal(call->dialect, *instead), latency};

  Reply lost{{}, latency, name(fault->kind)};
  if (fault->kind == FaultKind::late) late_requests.push_back({account.now() + fault->delay, request});
  if (fault->kind == FaultKind::late || fault->kind == FaultKind::lose_reply_before) return lost;
  wire::Response response = perform(*call);
  if (fault->kind == FaultKind::lose_reply_after) return lost;
  if (fault->kind == FaultKind::garbage) response.body.resize(response.body.size() / 2);
  for (auto& [header, value] : response.headers) {
    if (fault->kind == FaultKind::wrong_date && header == "Date")
      value = http_date(account.now() + fault->date_by);
  }
  return {std::move(response), latency + fault->delay};
}

// A request that was held up arrives as it was sent: the account checks its signature's age then.
void Front::State::deliver_late_requests() {
  for (LateRequest& late : std::exchange(late_requests, {})) {
    if (late.due > account.now()) {
      late_requests.push_back(std::move(late));
    } else if (auto call = read(late.request, {})) {
      perform(*call);
    }
  }
}

Front::Front(Account& account, Faults faults, std::uint64_t seed, AccessKey access)
    : state_(new State{account, FaultDice(std::move(faults.list), seed), faults.latency, seed,
                       SeededRandom(seed), Keys(access, account.account_id, seed ^ 0x6b657973U)}) {}

Front::~Front() = default;

std::vector<Result<wire::Response>> Front::exchange(std::span<const wire::Request> requests) {
  state_->deliver_late_requests();
  std::vector<Result<wire::Response>> results;
  Duration slowest{0};
  for (const wire::Request& request : requests) {
    State::Reply reply = state_->reply(request, {});
    slowest = std::max(slowest, std::min(reply.took, request.timeout));
    if (!reply.response)
      results.push_back(fail(ErrorKind::maybe_happened,
                             "The connection died before an answer came (injected: " + reply.lost_by + ")"));
    else if (reply.took > request.timeout)
      results.push_back(
          fail(ErrorKind::maybe_happened, "No answer within " + format_duration(request.timeout)));
    else
      results.push_back(std::move(*reply.response));
  }
  state_->account.advance_to(state_->account.now() + slowest);
  return results;
}

std::optional<wire::Response> Front::answer(const wire::Request& request, std::optional<Time> other_now,
                                            Duration* slow_by) {
  state_->deliver_late_requests();
  State::Reply reply = state_->reply(request, other_now);
  if (slow_by) *slow_by = reply.slow_by;
  return std::move(reply.response);
}

const CountsByAction& Front::calls() const { return state_->counts; }

const CountsByAction& Front::callers() const { return state_->callers; }

const std::map<std::string, std::int64_t>& Front::faults_fired() const { return state_->dice.fired(); }

}  // namespace evenkeel::sim
