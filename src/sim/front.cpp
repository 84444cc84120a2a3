#include "sim/front.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "sim/api.h"
#include "sim/metadata.h"
#include "sim/request.h"
#include "sim/throttle.h"

namespace evenkeel::sim {
namespace {

const Operation* find_operation(Service service, const std::string& action) {
  const std::span<const Operation> services[] = {ec2_operations(), elbv2_operations(),
                                                 auto_scaling_operations(), cloudwatch_operations(),
                                                 sts_operations()};
  const auto operations = services[static_cast<std::size_t>(service)];
  const auto found = std::ranges::find(operations, action, &Operation::action);
  return found == operations.end() ? nullptr : &*found;
}

std::string answer_xml(const Call& call, const std::string& id, const Xml& inside) {
  const Xml all_inside = call.service == Service::ec2 ? all(tag("requestId", id), inside)
                                                      : all(tag(call.action + "Result", inside),
                                                            tag("ResponseMetadata", tag("RequestId", id)));
  const std::string name = call.action + "Response";
  return "<" + name + " xmlns=\"" + names(call.service).xml_space + "\">" + all_inside.text + "</" + name +
         ">";
}

std::string refusal_xml(std::optional<Service> service, const Refusal& refusal, const std::string& id) {
  const Xml error = all(tag("Code", refusal.code), tag("Message", refusal.message));
  if (service == Service::ec2)
    return tag("Response", tag("Errors", tag("Error", error)), tag("RequestID", id)).text;
  const std::string space = service ? names(*service).xml_space : "http://webservices.amazon.com/AWSFault/";
  const Xml type = tag("Type", refusal.status < 500 ? "Sender" : "Receiver");
  return "<ErrorResponse xmlns=\"" + space + "\">" + tag("Error", type, error).text +
         tag("RequestId", id).text + "</ErrorResponse>";
}

Refusal throttled(Service service) {
  if (service == Service::ec2) return {503, "RequestLimitExceeded", "Request limit exceeded."};
  return {400, "Throttling", "Rate exceeded"};
}

// The answer that a fault puts in the place of the account's own.
std::optional<Refusal> injected(FaultKind kind, const Call& call, const std::string& full_name) {
  const bool ec2 = call.service == Service::ec2;
  if (kind == FaultKind::throttle) return throttled(call.service);
  if (kind == FaultKind::server_error)
    return Refusal{500, ec2 ? "InternalError" : "InternalFailure", "An internal error has occurred"};
  if (kind != FaultKind::denied) return std::nullopt;
  return Refusal{403, ec2 ? "UnauthorizedOperation" : "AccessDenied",
                 "You are not authorized to perform this operation: " + full_name};
}

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
  CallCounts counts{}, callers{};
  struct LateRequest {
    Time due;
    wire::Request request;
  };
  std::vector<LateRequest> late_requests{};

  struct Reply {
    std::optional<wire::Response> response;  // none: the connection died
    Duration took{0};
    std::string lost_by{};
    Duration slow_by{0};
  };

  std::expected<Call, RefusedCall> read(const wire::Request& request, std::optional<Time> other_now) const;
  wire::Response refused(std::optional<Service> service, const Refusal& refusal);
  wire::Response response(int status, const std::string& id, std::string body);
  wire::Response perform(Call& call);
  Reply reply(const wire::Request& request, std::optional<Time> other_now);
  Reply metadata_reply(const wire::Request& request, const std::string& action, Time client_now);
  void deliver_late_requests();
};

std::expected<Call, RefusedCall> Front::State::read(const wire::Request& request,
                                                    std::optional<Time> other_now) const {
  auto call = read_call(request, keys, account, other_now);
  if (!call || find_operation(call->service, call->action)) return call;
  const std::string message = "The action " + printable(call->action) + " is not valid for this web service.";
  return std::unexpected(RefusedCall{call->service, {400, "InvalidAction", message}});
}

wire::Response Front::State::response(int status, const std::string& id, std::string body) {
  counts["bytes:out"] += static_cast<std::int64_t>(body.size());
  return {status,
          {{"x-amzn-RequestId", id}, {"Content-Type", "text/xml"}, {"Date", http_date(account.now())}},
          std::move(body)};
}

wire::Response Front::State::refused(std::optional<Service> service, const Refusal& refusal) {
  const std::string id = ids.hex(32);
  return response(refusal.status, id, refusal_xml(service, refusal, id));
}

wire::Response Front::State::perform(Call& call) {
  const bool bare = !call.parameters.has("InstanceId.1") && !call.parameters.has("Filter.1.Name") &&
                    !call.parameters.has("MaxResults");
  if (account.switches.throttling && !throttle.admit(call.service, call.action, bare, account.now()))
    return refused(call.service, throttled(call.service));
  Session session{account, counts, seed, keys, call.caller, call.client_now};
  const auto inside = find_operation(call.service, call.action)->handle(session, call.parameters);
  if (!inside) return refused(call.service, inside.error());
  const std::string id = ids.hex(32);
  return response(200, id, answer_xml(call, id, *inside));
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
    return {refused(call.error().service, call.error().refusal), latency};
  }
  const std::string service = names(call->service).iam;
  ++counts[service + ":" + call->action];
  if (call->caller) ++callers[call->caller->arn];
  const bool dry_run = call->service == Service::ec2 && call->parameters.text("DryRun") == "true";
  const Fault* fault = dice.roll(service + "." + call->action, dry_run, account.now());
  if (!fault) return {perform(*call), latency};
  if (const auto refusal = injected(fault->kind, *call, service + ":" + call->action))
    return {refused(call->service, *refusal), latency};

  Reply lost{{}, latency, name(fault->kind)};
  if (fault->kind == FaultKind::late) late_requests.push_back({account.now() + fault->delay, request});
  if (fault->kind == FaultKind::late || fault->kind == FaultKind::lose_reply_before) return lost;
  wire::Response response = perform(*call);
  if (fault->kind == FaultKind::lose_reply_after) return lost;
  if (fault->kind == FaultKind::garbage) response.body.resize(response.body.size() / 2);
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

Front::Front(Account& account, Faults faults, std::uint64_t seed, Access access)
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

const CallCounts& Front::calls() const { return state_->counts; }

const CallCounts& Front::callers() const { return state_->callers; }

const std::map<std::string, std::int64_t>& Front::faults_fired() const { return state_->dice.fired(); }

}  // namespace evenkeel::sim
