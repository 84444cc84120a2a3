#include "base/result.h"
#include "base/text.h"
#include "sim/api/ssm.h"

namespace evenkeel::sim {
namespace {

constexpr const char* kDocument = ":document/";

std::string name_of(const std::string& name_or_arn) {
  const auto at = name_or_arn.starts_with("arn:") ? name_or_arn.find(kDocument) : std::string::npos;
  return at == std::string::npos ? name_or_arn : name_or_arn.substr(at + std::string_view(kDocument).size());
}

}  // namespace

ApiResult<Json> get_calendar_state(ApiSession& session, RequestParameters& parameters) {
  const auto names = parameters.list("CalendarNames.member");
  const auto at_time = parameters.text("AtTime");
  const auto at = at_time ? parse_iso8601(*at_time) : std::optional(session.account.now());
  if (names.empty()) parameters.complain("CalendarNames must name a calendar");
  if (!at) parameters.complain("AtTime must be a time in ISO 8601, as 2026-11-22T00:00:00Z");
  TRY_VOID(parameters.finish());
  bool open = true;
  std::optional<Time> next;
  const auto take_earlier = [&](std::optional<Time> time) {
    if (time && (!next || *time < *next)) next = time;
  };
  for (const auto& asked : names) {
    const auto found = session.account.calendars.find(name_of(asked));
    if (found == session.account.calendars.end()) {
      const bool document = session.account.documents.contains(name_of(asked));
      return refuse(400, document ? "InvalidDocumentType" : "InvalidDocument",
                    document ? "The document is not of type ChangeCalendar."
                             : "The specified SSM document doesn't exist.");
    }
    open = open && found->second.open_at(*at);
    take_earlier(found->second.next_transition(*at));
  }
  Json answer = {{"State", open ? "OPEN" : "CLOSED"}, {"AtTime", at_time.value_or(iso8601(*at))}};
  if (next) answer["NextTransitionTime"] = iso8601(*next);
  return answer;
}

}  // namespace evenkeel::sim
