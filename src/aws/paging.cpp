#include "aws/paging.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace evenkeel::aws {
namespace {

// One list on its way through its pages.
struct ListProgress {
  std::size_t index = 0;
  std::string token;
  std::set<std::string> seen;
  int pages = 0;
};

wire::Call page_call(const wire::Call& first, const std::string& token_parameter, const std::string& token) {
  wire::Call call = first;
  if (!token.empty()) call.parameters.add(token_parameter, token);
  return call;
}

Result<Time> take_page(const wire::Call& call, wire::Reply& reply, ListProgress& progress,
                       const ReadPage& read) {
  const wire::Answer answer = TRY(std::move(reply.outcome));
  progress.token = TRY(read(progress.index, answer.result()));
  ++progress.pages;
  if (!progress.token.empty() && !progress.seen.insert(progress.token).second) {
    return fail(ErrorKind::invalid,
                full_name(call) + ": page " + std::to_string(progress.pages) +
                    " repeats an earlier page token; the list is unusable, ask again later");
  }
  if (!progress.token.empty() && progress.pages >= kMaxPages) {
    return fail(ErrorKind::invalid, full_name(call) + ": more than " + std::to_string(kMaxPages) +
                                        " pages; narrow down what is asked for");
  }
  return answer.date;
}

}  // namespace

std::vector<Result<Time>> read_pages(wire::Caller& caller, std::span<const wire::Call> calls,
                                     const std::string& token_parameter, const ReadPage& read) {
  std::vector<Result<Time>> dates(calls.size(), Time::max());
  std::vector<ListProgress> open(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) open[i].index = i;
  while (!open.empty()) {
    std::vector<wire::Call> round;
    for (const auto& progress : open) {
      round.push_back(page_call(calls[progress.index], token_parameter, progress.token));
    }
    auto replies = caller.call(round);
    for (std::size_t i = 0; i < open.size(); ++i) {
      auto& date = dates[open[i].index];
      auto page = take_page(round[i], replies[i], open[i], read);
      if (!page) open[i].token.clear();
      date = page ? Result<Time>{std::min(*date, *page)} : std::move(page);
    }
    std::erase_if(open, [](const ListProgress& progress) { return progress.token.empty(); });
  }
  return dates;
}

std::vector<Result<Time>> read_all(
    wire::Caller& caller, std::span<const wire::Call> calls,
    const std::function<Result<void>(std::size_t index, const wire::Element& result)>& read) {
  return read_pages(caller, calls, "",
                    [&](std::size_t index, const wire::Element& result) -> Result<std::string> {
                      TRY_VOID(read(index, result));
                      return "";
                    });
}

Result<Time> oldest(std::span<const Result<Time>> dates) {
  Time time = Time::max();
  for (const auto& date : dates) time = std::min(time, TRY(date));
  return time;
}

std::vector<std::span<const std::string>> chunks(std::span<const std::string> all, std::size_t size) {
  std::vector<std::span<const std::string>> parts;
  for (; !all.empty(); all = all.subspan(std::min(size, all.size()))) {
    parts.push_back(all.first(std::min(size, all.size())));
  }
  return parts;
}

Result<void> require_some(std::size_t count, const char* action, const char* what) {
  if (count > 0) return {};
  return fail(ErrorKind::invalid, std::string{action} + ": no " + what +
                                      " given, which AWS would take for all of them; name at least one");
}

Mutation mutate(wire::Caller& caller, wire::Call call, Time sign_at, std::string nonce,
                const Accepts& accepts) {
  call.mutates = true;
  call.sign_at = sign_at;
  call.nonce = std::move(nonce);
  wire::Reply reply = caller.call(call);
  if (!reply.outcome) {
    return {std::unexpected(std::move(reply.outcome).error()), reply.may_land_late, reply.attempts};
  }
  if (accepts && !accepts(*reply.outcome)) {
    return {
        fail(ErrorKind::maybe_happened, full_name(call) + ": the answer doesn't say that it was accepted"),
        true, reply.attempts};
  }
  return {reply.outcome->date, reply.may_land_late, reply.attempts};
}

}  // namespace evenkeel::aws
