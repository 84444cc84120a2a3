#include "cli/json_views.h"

#include <optional>

#include "base/text.h"
#include "cli/wording.h"

namespace evenkeel::cli {
namespace {

OrderedJson time_or_null(const std::optional<Time>& time) {
  return time ? OrderedJson(iso8601(*time)) : OrderedJson(nullptr);
}

OrderedJson text_or_null(const std::string& text) {
  return text.empty() ? OrderedJson(nullptr) : OrderedJson(text);
}

template <class Items>
OrderedJson list(const Items& items) {
  OrderedJson array = OrderedJson::array();
  for (const auto& item : items) array.push_back(view(item));
  return array;
}

double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1000.0; }

}  // namespace

OrderedJson view(const Verdict& verdict) {
  OrderedJson numbers = OrderedJson::object();
  for (const auto& [key, value] : verdict.numbers) numbers[name(key)] = value;
  return {{"reason", name(verdict.reason)},
          {"text", verdict.text},
          {"numbers", numbers},
          {"until", time_or_null(verdict.until)},
          {"wanted", verdict.wanted}};
}

OrderedJson view(const Check& check) {
  return {{"name", check.name},
          {"passes", check.passes},
          {"verdict", check.verdict ? view(*check.verdict) : OrderedJson(nullptr)}};
}

OrderedJson view(const Action& action) {
  return {{"effect", name(action.effect)},
          {"instance_id", action.instance_id},
          {"remediation_id", action.remediation_id},
          {"target_group_arn", text_or_null(action.target_group_arn)},
          {"ports", action.ports},
          {"restores", action.restores},
          {"auto_scaling_group", text_or_null(action.auto_scaling_group)},
          {"document", text_or_null(action.document.name)}};
}

OrderedJson view(const Outcome& outcome) {
  return {{"remediation_id", outcome.remediation_id},
          {"nonce", outcome.nonce},
          {"outcome", name(outcome.kind)},
          {"may_land_late", outcome.may_land_late},
          {"detail", text_or_null(outcome.detail)},
          {"answer", text_or_null(outcome.answer)}};
}

OrderedJson view(const Event& event) {
  return {{"at", iso8601(event.at)},
          {"fleet", event.fleet},
          {"instance_id", text_or_null(event.instance_id)},
          {"remediation_id", text_or_null(event.remediation_id)},
          {"kind", name(event.kind)},
          {"word", text_or_null(event.word)},
          {"text", event.text}};
}

OrderedJson view(const Remediation& remediation, const FleetPolicy* policy, Time now) {
  OrderedJson snapshot = OrderedJson::array();
  for (const auto& target : remediation.snapshot) {
    snapshot.push_back({{"target_group", target.target_group_name},
                        {"target_group_arn", target.target_group_arn},
                        {"port", target.port},
                        {"vanished", target.vanished},
                        {"by_auto_scaling", target.by_auto_scaling}});
  }
  const bool open = remediation.open();
  OrderedJson cause = {{"metric", remediation.cause.metric},
                       {"value", remediation.cause.value},
                       {"above", remediation.cause.above},
                       {"sampled_at", iso8601(remediation.cause.sampled_at)},
                       {"rule", text_or_null(remediation.cause.rule)},
                       {"text", text_or_null(remediation.cause.text)},
                       {"tag", text_or_null(remediation.cause.tag)}};
  return {
      {"id", remediation.id},
      {"instance_id", remediation.instance_id},
      {"phase", name(remediation.phase)},
      {"phase_since", iso8601(remediation.phase_since)},
      {"deadline", open ? OrderedJson(iso8601(remediation.deadline)) : OrderedJson(nullptr)},
      {"started_at", iso8601(remediation.started_at)},
      {"cause", std::move(cause)},
      {"snapshot", std::move(snapshot)},
      {"treat", remediation.treat},
      {"why_untreated", text_or_null(remediation.why_untreated)},
      {"booted_at", time_or_null(remediation.booted_at)},
      {"boot_evidence", text_or_null(remediation.boot_evidence)},
      {"held_because", text_or_null(remediation.held_because)},
      {"ending", open ? OrderedJson(nullptr) : OrderedJson(name(remediation.ending))},
      {"value_after", remediation.value_after ? OrderedJson(*remediation.value_after) : OrderedJson(nullptr)},
      {"waits", waits_for(remediation, policy, now)},
      {"auto_scaling_group", text_or_null(remediation.auto_scaling_group)},
      {"treatment", name(remediation.treatment)},
      {"treated", was_treated(remediation)},
      {"rung", remediation.level},
      {"attempt", remediation.attempt},
      {"foreign", text_or_null(remediation.external_change)},
      {"captured", text_or_null(remediation.captured)},
      {"command_output", text_or_null(remediation.command_output)}};
}

OrderedJson view(const PastRemediation& ended) {
  return {{"id", ended.id},
          {"instance_id", ended.instance_id},
          {"started_at", iso8601(ended.started_at)},
          {"ended_at", iso8601(ended.ended_at)},
          {"ending", name(ended.ending)},
          {"metric", ended.metric},
          {"value_before", ended.value_before},
          {"value_after", ended.value_after ? OrderedJson(*ended.value_after) : OrderedJson(nullptr)},
          {"rule", text_or_null(ended.rule)},
          {"treatment", name(ended.treatment)},
          {"treated", is_treated(ended)},
          {"judge_until", time_or_null(ended.judge_until)},
          {"reason", text_or_null(ended.reason)},
          {"gone", ended.gone ? OrderedJson(*ended.gone) : OrderedJson(nullptr)}};
}

OrderedJson view(const MemberRecord& member) {
  OrderedJson relapses = OrderedJson::array();
  for (const auto relapse : member.relapses) relapses.push_back(seconds(relapse));
  OrderedJson served = OrderedJson::array();
  for (const auto& one : member.served) {
    served.push_back({{"reason", one.reason},
                      {"at", time_or_null(one.at)},
                      {"treatment", name(one.treatment)},
                      {"times", one.times},
                      {"gone", one.gone}});
  }
  return {{"booted_at", time_or_null(member.booted_at)},
          {"ended_at", time_or_null(member.ended_at)},
          {"relapses_seconds", std::move(relapses)},
          {"rung", member.level},
          {"served_tag", text_or_null(member.served_tag)},
          {"served", std::move(served)},
          {"above_since", time_or_null(member.above_since)},
          {"unhealthy_since", time_or_null(member.unhealthy_since)}};
}

OrderedJson view(const FleetSummary& summary) {
  return {{"members", summary.members},
          {"serving", summary.may_leave < 0 ? OrderedJson(nullptr) : OrderedJson(summary.serving)},
          {"out", summary.out},
          {"may_leave", summary.may_leave < 0 ? OrderedJson(nullptr) : OrderedJson(summary.may_leave)},
          {"held_back_by", summary.held_back_by}};
}

OrderedJson view(const Ability& ability) {
  OrderedJson blind_to = OrderedJson::array();
  for (const auto& one : ability.blind_to) {
    blind_to.push_back({{"what", name(one.what)},
                        {"absent_name", is_absent_name(one.what)},
                        {"subject", text_or_null(one.subject)},
                        {"text", one.text}});
  }
  return {{"kind", name(ability.kind)},
          {"since", ability.since == Time{} ? OrderedJson(nullptr) : OrderedJson(iso8601(ability.since))},
          {"because", ability.because},
          {"blind_to", std::move(blind_to)}};
}

OrderedJson view(const Error& error) {
  return {{"kind", name(error.kind)}, {"message", error.message}, {"code", text_or_null(error.code)}};
}

OrderedJson view(const FleetPolicy& fleet, const controller::TickReport& report) {
  OrderedJson members = OrderedJson::array();
  for (const auto& [id, verdict] : report.plan.members) {
    OrderedJson member = {{"instance_id", id}};
    member.update(view(verdict));
    members.push_back(std::move(member));
  }
  OrderedJson open = OrderedJson::array();
  for (const auto& remediation : report.plan.next.open)
    open.push_back(view(remediation, nullptr, report.observation.taken_at));
  OrderedJson problems = OrderedJson::array();
  for (const auto& problem : report.observation.problems) problems.push_back(describe(problem));
  return {{"fleet", fleet.name},
          {"retired", fleet.retired},
          {"taken_at", iso8601(report.observation.taken_at)},
          {"revision", report.plan.next.revision},
          {"lost_race", report.lost_race},
          {"actions", list(report.carried_out.empty() ? report.plan.actions : report.carried_out)},
          {"outcomes", list(report.outcomes)},
          {"events", list(report.events)},
          {"ability", view(report.plan.next.ability)},
          {"holds_back", list(report.plan.fleet)},
          {"members", std::move(members)},
          {"open", std::move(open)},
          {"problems", std::move(problems)},
          {"violations", report.violations}};
}

namespace {

OrderedJson request_view(const OperatorRequest& request) {
  return {
      {"kind", name(request.kind)},
      {"instance_id", request.instance_id.empty() ? OrderedJson(nullptr) : OrderedJson(request.instance_id)},
      {"reason", request.reason},
      {"author", request.author},
      {"lasting_seconds", request.lasting ? OrderedJson(seconds(*request.lasting)) : OrderedJson(nullptr)},
      {"until", time_or_null(request.until)},
      {"here", request.here},
      {"now", request.now}};
}

}  // namespace

OrderedJson view(const FleetState& state, Time now) {
  OrderedJson pause = nullptr;
  if (state.pause) {
    pause = {{"reason", state.pause->reason},
             {"author", state.pause->author},
             {"since", iso8601(state.pause->since)},
             {"until", time_or_null(state.pause->until)},
             {"over", !is_in_force(*state.pause, now)}};
  }
  // As it will be once the next tick has dated what was asked for.
  OrderedJson requests = OrderedJson::array();
  for (const auto& request : state.requests) {
    requests.push_back(request_view(request));
    if (request.kind == OperatorRequest::Kind::resume && !request.here) pause = nullptr;
    if (request.kind == OperatorRequest::Kind::pause) {
      pause = {{"reason", request.reason},
               {"author", request.author},
               {"since", nullptr},
               {"until", time_or_null(request.until)},
               {"over", false}};
    }
  }
  OrderedJson breaker = nullptr;
  if (state.breaker) breaker = {{"reason", state.breaker->reason}, {"since", iso8601(state.breaker->since)}};
  OrderedJson failing = nullptr;
  if (state.failing) {
    failing = {{"since", iso8601(state.failing->since)},
               {"last", iso8601(state.failing->last)},
               {"ticks", state.failing->ticks},
               {"why", state.failing->why}};
  }
  const bool ticked = state.last_tick_at != Time{};
  const auto* policy = state.pinned ? &*state.pinned : nullptr;
  OrderedJson open = OrderedJson::array(), members = OrderedJson::object();
  for (const auto& remediation : state.open) open.push_back(view(remediation, policy, state.last_tick_at));
  for (const auto& [id, member] : state.members) members[id] = view(member);
  return {{"fleet", state.fleet},
          {"revision", state.revision},
          {"last_tick_at", ticked ? OrderedJson(iso8601(state.last_tick_at)) : OrderedJson(nullptr)},
          {"last_tick_age_seconds",
           ticked ? OrderedJson(seconds(now - state.last_tick_at)) : OrderedJson(nullptr)},
          {"members_last_seen", state.members_last_seen},
          {"wishes", std::move(requests)},
          {"pause", std::move(pause)},
          {"breaker", std::move(breaker)},
          {"open", std::move(open)},
          {"recent", list(state.recent)},
          {"ability", view(state.ability)},
          {"failing", std::move(failing)},
          {"left_policy_at", time_or_null(state.left_policy_at)},
          {"glance", view(state.summary)},
          {"members", std::move(members)}};
}

OrderedJson error_view(const std::string& fleet, const Error& error) {
  return {{"fleet", fleet}, {"error", view(error)}};
}

std::string dump(const OrderedJson& json, bool indented) {
  return json.dump(indented ? 2 : -1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace evenkeel::cli
