#include "observe/gates.h"

#include <set>
#include <string_view>

#include "aws/cloudwatch.h"
#include "aws/ssm.h"
#include "base/text.h"
#include "model/alarm_name.h"
#include "observe/words.h"

namespace evenkeel::observe {
namespace {

std::set<std::string> alarms_of_rules(const ObservationBuilder& builder) {
  std::set<std::string> names;
  for (const auto& rule : builder.policy.also_when) {
    for (const auto& condition : rule.all) {
      if (condition.kind != Condition::Kind::alarm) continue;
      if (!names_each_member(condition.name)) {
        names.insert(condition.name);
        continue;
      }
      for (const auto& [id, instance] : builder.observation.instances)
        names.insert(alarm_of(condition.name, id));
    }
  }
  return names;
}

Alarm seen_alarm(const aws::cloudwatch::Alarm& alarm) {
  return {alarm.name, or_other<AlarmState>(alarm.state), alarm.transitioned_at};
}

void read_by_name(const std::set<std::string>& names, ObservationBuilder& builder) {
  if (names.empty()) return;
  const std::vector<std::string> asked(names.begin(), names.end());
  auto answer = aws::cloudwatch::describe_alarms(builder.caller, asked);
  const auto* alarms = builder.take_in(Problem::Kind::alarms, "", answer);
  if (alarms == nullptr) return;
  for (const auto& name : asked) builder.observation.alarms[name];
  for (const auto& alarm : *alarms) {
    const auto entry = builder.observation.alarms.find(alarm.name);
    if (entry != builder.observation.alarms.end()) entry->second.push_back(seen_alarm(alarm));
  }
}

// `word` as the policy has it, with the star.
void read_by_prefix(const std::string& word, ObservationBuilder& builder) {
  auto answer = aws::cloudwatch::describe_alarms_with_prefix(builder.caller, word.substr(0, word.size() - 1));
  const auto* alarms = builder.take_in(Problem::Kind::alarms, word, answer);
  if (alarms == nullptr) return;
  auto& entry = builder.observation.alarms[word];
  for (const auto& alarm : *alarms) entry.push_back(seen_alarm(alarm));
}

}  // namespace

void read_alarms(ObservationBuilder& builder) {
  auto names = alarms_of_rules(builder);
  std::set<std::string> prefixes;
  for (const auto& word : builder.policy.gates.alarms) {
    if (word.ends_with('*')) {
      prefixes.insert(word);
    } else {
      names.insert(word);
    }
  }
  read_by_name(names, builder);
  for (const auto& word : prefixes) read_by_prefix(word, builder);
}

void read_calendars(ObservationBuilder& builder) {
  for (const auto& calendar : builder.policy.gates.calendars) {
    auto& seen = builder.observation.calendars[calendar];
    seen = CalendarState::unknown;
    auto answer = aws::ssm::get_calendar_state(builder.caller, calendar);
    // InvalidDocument: there is none; InvalidDocumentType: it is no calendar.
    const bool absent = !answer && answer.error().code.starts_with("InvalidDocument");
    if (absent) builder.observation.absent_names.push_back(calendar);
    const auto* state = builder.take_in(Problem::Kind::calendar, calendar, answer);
    if (state == nullptr) continue;
    seen = calendar_state(*state);
    if (seen == CalendarState::unknown) {
      builder.observation.problems.push_back(
          {Problem::Kind::calendar, calendar,
           "its state is \"" + printable(*state) + "\", neither OPEN nor CLOSED"});
    }
  }
}

}  // namespace evenkeel::observe
