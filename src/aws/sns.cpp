#include "aws/sns.h"

#include "base/text.h"

namespace evenkeel::aws::sns {
namespace {

constexpr std::size_t kSubject = 100;
constexpr std::size_t kText = std::size_t{256} * 1024;
constexpr std::string_view kEllipsis = "...";

// The first byte of a UTF-8 character, or a character that is one byte.
bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

std::string fit_text(std::string text) {
  if (text.size() <= kText) return text;
  std::size_t end = kText - kEllipsis.size();
  while (end > 0 && !begins_character(text[end])) --end;
  text.resize(end);
  return text.append(kEllipsis);
}

}  // namespace

std::string fit_subject(const std::string& text) {
  std::string fit;
  for (const char c : trim(text)) {
    if (c >= ' ' && c <= '~') {
      fit.push_back(c);
    } else if (begins_character(c)) {
      fit.push_back('?');
    }
  }
  if (fit.size() > kSubject) fit.replace(kSubject - kEllipsis.size(), std::string::npos, kEllipsis);
  return fit;
}

Result<std::string> publish(wire::Caller& caller, const Message& message, Duration timeout) {
  wire::Call call;
  call.service = wire::Service::sns;
  call.action = "Publish";
  call.mutates = true;
  call.timeout = timeout;
  call.parameters.add("TopicArn", message.topic_arn);
  if (auto subject = fit_subject(message.subject); !subject.empty())
    call.parameters.add("Subject", std::move(subject));
  call.parameters.add("Message", fit_text(message.text));
  const auto answer = TRY(caller.call(call).outcome);
  return answer.result().text("MessageId");
}

}  // namespace evenkeel::aws::sns
