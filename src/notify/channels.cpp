#include "notify/channels.h"

#include <algorithm>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <utility>

#include "aws/sns.h"
#include "base/text.h"

namespace evenkeel::notify {
namespace {

std::string escaped_for_slack(std::string text) {
  replace_all(text, "&", "&amp;");
  replace_all(text, "<", "&lt;");
  replace_all(text, ">", "&gt;");
  return text;
}

bool is_loopback(std::string_view host) {
  if (host.starts_with("[::1]")) return host.size() == 5 || host[5] == ':';
  const auto name = host.substr(0, host.find(':'));
  if (name == "localhost") return true;
  const bool digits = name.find_first_not_of("0123456789.") == std::string_view::npos;
  return digits && name.starts_with("127.");
}

// All that may be shown of the URL.
std::string place(const std::string& url) {
  const auto parts = wire::parse_url(url);
  return parts ? parts->scheme + "://" + parts->host : "the webhook";
}

// A transport's error names the host, and its text is libcurl's; should that ever repeat the URL, it is cut.
std::string without_secret(std::string text, const std::string& url) {
  const auto parts = wire::parse_url(url);
  if (!parts) return "its URL makes no sense";
  for (const auto& secret : {parts->path, parts->query}) {
    if (secret.size() >= 2) replace_all(text, secret, "…");
  }
  return text;
}

Result<void> judge(const wire::Response& response, const std::string& url) {
  const int status = response.status;
  if (status >= 200 && status < 300) return {};
  // The body isn't shown: it may repeat the URL.
  const auto refuse = [&](ErrorKind kind, const char* remedy) {
    return fail(kind, fmt::format("{} answered {}{}", place(url), status, remedy));
  };
  if (status >= 300 && status < 400)
    return refuse(ErrorKind::denied, ": redirects are not followed; give the URL it leads to");
  if (status == 401 || status == 403)
    return refuse(ErrorKind::denied, ": it accepts no message with this URL; make a new webhook");
  if (status == 404 || status == 410)
    return refuse(ErrorKind::not_found, ": there is no such webhook (any more); make a new one");
  if (status == 429) return refuse(ErrorKind::throttled, ": too many messages");
  if (status == 408 || status >= 500 || status < 200) return refuse(ErrorKind::unavailable, "");
  return refuse(ErrorKind::rejected,
                ": it does not accept the message; does it want JSON with a text, as Slack?");
}

}  // namespace

SnsTopic::SnsTopic(std::string topic_arn, std::unique_ptr<wire::Caller> caller, const Clock& clock)
    : topic_arn_(std::move(topic_arn)), caller_(std::move(caller)), clock_(clock) {}

Result<void> SnsTopic::notify(const Notice& notice, Duration within) {
  caller_->set_deadline(clock_.now() + within);
  const auto id = aws::sns::publish(
      *caller_, {topic_arn_, notice.subject, notice.subject + "\n\n" + notice.text}, within);
  if (!id) return std::unexpected(id.error());
  return {};
}

Webhook::Webhook(std::string name, Address address, wire::Transport& transport, const Clock& clock)
    : name_(std::move(name)), address_(std::move(address)), transport_(transport), clock_(clock) {}

Result<void> Webhook::notify(const Notice& notice, Duration within) {
  const Time until = clock_.now() + within;
  if (url_.empty()) {
    auto found = TRY(address_(within));
    TRY_VOID(check_webhook_url(found));
    url_ = std::move(found);
  }
  wire::Request request;
  request.url = url_;
  request.headers = {{"Content-Type", "application/json; charset=utf-8"},
                     {"User-Agent", "evenkeel/" EVENKEEL_VERSION}};
  request.body = webhook_body(notice);
  request.timeout = std::max(Duration{1}, until - clock_.now());
  request.at_most_once = true;
  request.direct = lower(url_).starts_with("http:");  // this machine itself: no proxy is to see it
  auto response = std::move(transport_.exchange({&request, 1}).front());
  if (!response) return fail(response.error().kind, without_secret(response.error().message, url_));
  auto result = judge(*response, url_);
  const bool turned_away =
      !result && (result.error().kind == ErrorKind::denied || result.error().kind == ErrorKind::not_found);
  if (turned_away) url_.clear();  // it may have been replaced where it is kept
  return result;
}

std::string webhook_body(const Notice& notice) {
  const nlohmann::ordered_json body{{"text", escaped_for_slack(notice.subject + "\n" + notice.text)},
                                    {"fleet", notice.fleet},
                                    {"kind", notice.kind},
                                    {"instance", notice.instance},
                                    {"at", iso8601(notice.at)},
                                    {"id", notice.id}};
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<void> check_webhook_url(const std::string& url) {
  const auto parts = wire::parse_url(url);
  if (!parts) {
    return fail(ErrorKind::invalid,
                "what stands there is no URL; give an absolute one, without user, fragment or blanks");
  }
  if (parts->scheme == "https" || is_loopback(parts->host)) return {};
  return fail(
      ErrorKind::invalid,
      "http is only for this machine itself (127.0.0.1, localhost): give an https URL, for it is a secret");
}

}  // namespace evenkeel::notify
