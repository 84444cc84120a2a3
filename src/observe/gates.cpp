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

std::set<std::string> alarms_of_rules(const Reading& reading) {
  std::set<std::string> names;
  for (const auto& rule : reading.policy.also_when) {
    for (const auto& condition : rule.all) {
      if (condition.kind != Condition::Kind::alarm) continue;
      if (!names_each_member(condition.name)) {
        names.insert(condition.name);
        continue;
      }
      for (const auto& [id, instance] : reading.observation.instances)
        names.insert(alarm_of(condition.name, id));
    }
  }
  return names;
}

Alarm seen_alarm(const aws::cloudwatch::Alarm& alarm) {
  return {alarm.name, or_other<AlarmState>(alarm.state), alarm.transitioned_at};
}

void read_by_name(const std::set<std::string>& names, Reading& reading) {
  if (names.empty()) return;
  const std::vector<std::string> asked(names.begin(), names.end());
  auto answer = aws::cloudwatch::describe_alarms(reading.caller, asked);
  const auto* alarms = reading.take_in(Problem::Kind::alarms, "", answer);
  if (alarms == nullptr) return;
  for (const auto& name : asked) reading.observation.alarms[name];
  for (const auto& alarm : *alarms) {
    const auto entry = reading.observation.alarms.find(alarm.name);
    if (entry != reading.observation.alarms.end()) entry->second.push_back(seen_alarm(alarm));
  }
}

// `word` as the policy has it, with the star.
void read_by_prefix(const std::string& word, Reading& reading) {
  auto answer = aws::cloudwatch::describe_alarms_with_prefix(reading.caller, word.substr(0, word.size() - 1));
  const auto* alarms = reading.take_in(Problem::Kind::alarms, word, answer);
  if (alarms == nullptr) return;
  auto& entry = reading.observation.alarms[word];
  for (const auto& alarm : *alarms) entry.push_back(seen_alarm(alarm));
}

}  // namespace

void read_alarms(Reading& reading) {
  auto names = alarms_of_rules(reading);
  std::set<std::string> prefixes;
  for (const auto& word : reading.policy.gates.alarms) {
    if (word.ends_with('*')) {
      prefixes.insert(word);
    } else {
      names.insert(word);
    }
  }
  read_by_name(names, reading);
  for (const auto& word : prefixes) read_by_prefix(word, reading);
}

void read_calendars(Reading& reading) {
  for (const auto& calendar : reading.policy.gates.calendars) {
    auto& seen = reading.observation.calendars[calendar];
    seen = CalendarState::unknown;
    auto answer = aws::ssm::get_calendar_state(reading.caller, calendar);
    // InvalidDocument: there is none; InvalidDocumentType: it is no calendar.
    const bool absent = !answer && answer.error().code.starts_with("InvalidDocument");
    if (absent) reading.observation.absent_names.push_back(calendar);
    const auto* state = reading.take_in(Problem::Kind::calendar, calendar, answer);
    if (state == nullptr) continue;
    seen = calendar_state(state->state);
    if (seen == CalendarState::unknown) {
      reading.observation.problems.push_back(
          {Problem::Kind::calendar, calendar,
           "its state is \"" + printable(state->state) + "\", neither OPEN nor CLOSED"});
    }
  }
}

}  // namespace evenkeel::observe
