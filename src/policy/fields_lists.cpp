// The tables of what stands in lists: rules, windows, freezes, treatments; and of gates and evidence.
#include <array>

#include "policy/fields.h"
#include "policy/slots.h"

namespace evenkeel::policy {
namespace {

using std::chrono::days;

constexpr TextRule kRuleName{"^[A-Za-z0-9._-]{1,64}$",
                             "1 to 64 letters, digits, dots, underscores and hyphens"};
constexpr TextRule kTagKey{R"(^[^\x00-\x1f\x7f]{1,128}$)", "a tag's key such as evenkeel:remediate"};
constexpr TextRule kEvent{
    "^(any|instance-reboot|system-reboot|system-maintenance|instance-retirement|instance-stop)$",
    "any, instance-reboot, system-reboot, system-maintenance, instance-retirement or instance-stop"};
constexpr TextRule kAlarm{R"(^[^\x00-\x1f\x7f]{1,255}$)",
                          "a CloudWatch alarm's name: 1 to 255 characters; {instance_id} in it stands for "
                          "the server's own id"};
constexpr TextRule kAlarms{R"(^[^*\x00-\x1f\x7f]{1,254}\*?$)",
                           "a CloudWatch alarm's name, or the beginning of some with a * after it"};
constexpr TextRule kDocument{"^[A-Za-z0-9_.:/-]{3,200}$", "an SSM document's name or ARN"};
constexpr TextRule kReason{R"(^[^\x00-\x1f\x7f]{1,200}$)", "a few words: 1 to 200 characters"};

constexpr std::array kPlainTreatments{Treatment::none, Treatment::reboot, Treatment::stop_start,
                                      Treatment::replace};

// SSM itself gives a command at least 30 seconds.
constexpr DurationRule kWithin{30s, 1h};
constexpr ParametersRule kParameters{20, 8192};

using R = RuleKeys;
using N = KindKeys;
using W = Window;
using Z = Freeze;
using G = Gates;
using P = PlainStep;
using C = CommandStep;
using E = EvidenceKeys;

constexpr std::array kRule{
    Field<R>{"name", kOptional, text(&R::name, kRuleName)},
    Field<R>{"priority", kOptional, whole(&R::priority, -100, 100)},
    Field<R>{"all", kOptional, SectionRule{"a list of 2 to 8 conditions"}},
};

constexpr std::array kKind{
    Field<N>{"tag", kOptional, text(&N::tag, kTagKey)},
    Field<N>{"uptime", kOptional, duration(&N::uptime, {1h, days{365}})},
    Field<N>{"age", kOptional, duration(&N::age, {1h, days{365}})},
    Field<N>{"scheduled_event", kOptional, text(&N::scheduled_event, kEvent)},
    Field<N>{"status_check_impaired", kOptional, duration(&N::status_check_impaired, {1min, days{1}})},
    Field<N>{"unhealthy", kOptional, duration(&N::unhealthy, {1min, days{1}})},
    Field<N>{"alarm", kOptional, text(&N::alarm, kAlarm)},
};

constexpr std::array kWindow{
    Field<W>{"days", kOptional, Slot<W, unsigned, DaysRule>{&W::days, {}}},
    Field<W>{"from", kRequired, Slot<W, Duration, TimeOfDayRule>{&W::from, {false}}},
    Field<W>{"to", kRequired, Slot<W, Duration, TimeOfDayRule>{&W::to, {true}}},
    Field<W>{"time_zone", kOptional, Slot<W, TimeZone, ZoneRule>{&W::zone, {}}},
};

constexpr std::array kFreeze{
    Field<Z>{"from", kRequired, Slot<Z, std::chrono::year_month_day, DateRule>{&Z::first, {}}},
    Field<Z>{"to", kRequired, Slot<Z, std::chrono::year_month_day, DateRule>{&Z::last, {}}},
    Field<Z>{"time_zone", kOptional, Slot<Z, TimeZone, ZoneRule>{&Z::zone, {}}},
    Field<Z>{"reason", kOptional, text(&Z::reason, kReason)},
};

constexpr std::array kGates{
    Field<G>{"alarms", kOptional, names(&G::alarms, {kAlarms, 50})},
    Field<G>{"insufficient_data", kOptional,
             Slot<G, bool, EitherRule>{&G::insufficient_data_blocks, {"blocks", "passes"}}},
    Field<G>{"calendars", kOptional, names(&G::calendars, {kDocument, 10})},
};

constexpr std::array kPlainStep{
    Field<P>{"treatment", kRequired,
             Slot<P, Treatment, WordRule<Treatment>>{&P::treatment, {kPlainTreatments}}},
    Field<P>{"attempts", kOptional, whole(&P::attempts, 1, 5)},
};

constexpr std::array kCommandStep{
    Field<C>{"command", kRequired, text(&C::command, kDocument)},
    Field<C>{"parameters", kOptional,
             Slot<C, DocumentParameters, ParametersRule>{&C::parameters, kParameters}},
    Field<C>{"within", kOptional, duration(&C::within, kWithin)},
    Field<C>{"attempts", kOptional, whole(&C::attempts, 1, 5)},
};

constexpr std::array kEvidence{
    Field<E>{"document", kRequired, text(&E::document, kDocument)},
    Field<E>{"parameters", kOptional,
             Slot<E, DocumentParameters, ParametersRule>{&E::parameters, kParameters}},
    Field<E>{"within", kOptional, duration(&E::within, kWithin)},
    Field<E>{"required", kOptional, Slot<E, bool, EitherRule>{&E::required, {"yes", "no"}}},
};

}  // namespace

std::span<const Field<RuleKeys>> rule_fields() { return kRule; }
std::span<const Field<KindKeys>> kind_fields() { return kKind; }
std::span<const Field<Window>> window_fields() { return kWindow; }
std::span<const Field<Freeze>> freeze_fields() { return kFreeze; }
std::span<const Field<Gates>> gates_fields() { return kGates; }
std::span<const Field<PlainStep>> plain_step_fields() { return kPlainStep; }
std::span<const Field<CommandStep>> command_step_fields() { return kCommandStep; }
std::span<const Field<EvidenceKeys>> evidence_fields() { return kEvidence; }

}  // namespace evenkeel::policy
