#include "notify/notice.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <string_view>

#include "base/text.h"

namespace evenkeel::notify {
namespace {

constexpr std::size_t kText = 1500;

// How one kind of event is told.
struct NoticeKind {
  EventKind event;
  std::string_view kind;
  std::string_view says;  // after the fleet, or the instance
  std::string_view next;  // what to do; {} are the fleet and the instance
  bool once;              // may repeat without anything new having happened
};

constexpr std::array kNoticeKinds = {
    NoticeKind{EventKind::start, "start", "is taken out to be treated",
               "Nothing to do. To put it back untreated: evenkeel restore {instance}\n"
               "To start nothing more: evenkeel pause {fleet} --reason \"...\"",
               true},
    NoticeKind{EventKind::done, "done", "", "", true},
    NoticeKind{EventKind::judged, "judged", "relapsed: the treatment did not help",
               "What is known of it: evenkeel explain {instance}", true},
    NoticeKind{EventKind::verdict, "spent", "is no longer treated: it needs an operator",
               "It needs treatment again and again, and the policy allows nothing stronger.\n"
               "What is known of it: evenkeel explain {instance}",
               false},
    NoticeKind{EventKind::fleet, "blocked", "nothing is started, because a gate can't be read",
               "What is out is still put back. What is wrong: evenkeel check --fleet {fleet}", false},
    NoticeKind{EventKind::held, "held", "is held: it needs an operator",
               "While it is held it counts as out of service, and may keep the others waiting.\n"
               "Look at the server (console, application log) and fix or replace it; what was done:\n"
               "  evenkeel status\n  evenkeel history --instance {instance}\n"
               "Once it is healthy everywhere, Evenkeel closes the matter by itself. To try again now:\n"
               "  evenkeel restore {instance}",
               true},
    NoticeKind{EventKind::restore, "restore", "is being put back by hand", "", false},
    NoticeKind{
        EventKind::breaker, "breaker", "the breaker is open: nothing more is started",
        "What is out is still put back. Look for one cause (a release, an agent, a surge of traffic):\n"
        "  evenkeel plan --fleet {fleet}\n"
        "When you know it: evenkeel resume {fleet} --reason \"...\"",
        false},
    NoticeKind{EventKind::pause, "paused", "is paused: nothing more is started",
               "What is out is still put back. To go on: evenkeel resume {fleet} --reason \"...\"", false},
    NoticeKind{EventKind::resume, "resumed", "is resumed", "", false},
    NoticeKind{
        EventKind::blind, "blind", "is blind: it could not act if it had to",
        "Nothing is started. What is out is still put back. What is wrong: evenkeel check --fleet {fleet}",
        false},
    NoticeKind{EventKind::sees, "sees", "sees again", "", false},
    NoticeKind{
        EventKind::violation, "violation", "a plan was refused: nothing is started",
        "This is a mistake in Evenkeel, caught before it did harm. Please report it with the output of\n"
        "  evenkeel history --fleet {fleet} --json",
        true},
};

struct Ended {
  std::string_view ending;
  std::string_view says;
  std::string_view next;
};

// Of the kinds of which only some are told, the words of those.
struct Part {
  EventKind event;
  std::string_view word;
};
constexpr std::array kParts = {
    Part{EventKind::judged, name(Ending::not_cured)},
    Part{EventKind::judged, "not_gone"},
    Part{EventKind::verdict, name(Reason::relapsing)},
    Part{EventKind::verdict, name(Reason::remedy_does_not_help)},
    Part{EventKind::verdict, name(Reason::reason_remains)},
    Part{EventKind::fleet, name(Reason::alarm_unreadable)},
};

constexpr std::array kEndings = {
    Ended{name(Ending::cured), "is back, and the signal came down", "Nothing to do."},
    Ended{name(Ending::back), "is back", "Nothing to do. Whether the treatment helped is not known yet."},
    Ended{name(Ending::not_cured), "is back, but the treatment did not help",
          "It may not be the remedy for this server. What is known of it: evenkeel explain {instance}"},
    Ended{name(Ending::untreated), "is back, untreated",
          "What happened: evenkeel history --instance {instance}"},
    Ended{name(Ending::terminated), "is gone",
          "Nothing to do for Evenkeel; is the fleet still large enough?"},
    Ended{name(Ending::handed_over), "is left to you", ""},
    Ended{name(Ending::replaced), "is replaced by its Auto Scaling group",
          "Nothing to do, once the new one serves: evenkeel plan --fleet {fleet}"},
};

bool is_notified(const Event& event) {
  const auto of_kind = [&](const Part& part) { return part.event == event.kind; };
  return std::ranges::none_of(kParts, of_kind) || std::ranges::any_of(kParts, [&](const Part& part) {
           return of_kind(part) && part.word == event.word;
         });
}

const Ended* ending_of(const Event& event) {
  const auto* const found = std::ranges::find(kEndings, event.word, &Ended::ending);
  return found == kEndings.end() ? nullptr : &*found;
}

std::string id_of(const Event& event, const NoticeKind& notice_kind) {
  const auto& subject = event.remediation_id.empty() ? event.instance_id : event.remediation_id;
  return fmt::format("{}/{}/{}{}", event.fleet, printable(subject), notice_kind.kind,
                     notice_kind.once ? "" : "/" + iso8601(event.at));
}

}  // namespace

std::optional<Notice> notice_of(const Event& event) {
  const auto* const notice_kind = std::ranges::find(kNoticeKinds, event.kind, &NoticeKind::event);
  if (notice_kind == kNoticeKinds.end() || !is_notified(event)) return std::nullopt;
  std::string_view says = notice_kind->says;
  std::string_view next = notice_kind->next;
  if (notice_kind->event == EventKind::done) {
    const auto* const ended = ending_of(event);
    says = ended == nullptr ? "is done" : ended->says;
    next = ended == nullptr ? "" : ended->next;
  }
  Notice notice;
  notice.id = id_of(event, *notice_kind);
  notice.kind = notice_kind->kind;
  notice.fleet = printable(event.fleet);
  notice.instance = printable(event.instance_id);
  notice.at = event.at;
  notice.subject = fmt::format("evenkeel {}: {}{}{}", notice.fleet, notice.instance,
                               notice.instance.empty() ? "" : " ", says);
  std::string advice{next};
  replace_all(advice, "{fleet}", notice.fleet);
  replace_all(advice, "{instance}", notice.instance);
  notice.text = fmt::format("{}\n{}{}{}", printable(event.text, kText), iso8601(event.at),
                            advice.empty() ? "" : "\n\n", advice);
  return notice;
}

}  // namespace evenkeel::notify
