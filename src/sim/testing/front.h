// A small client for the front's tests: signs, sends, and reads answers by XPath.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "sim/api/front.h"
#include "sim/api/parameters.h"
#include "sim/api/request.h"
#include "sim/api/signature.h"

namespace evenkeel::sim {

inline constexpr Time kStart{std::chrono::seconds{1'795'330'000}};  // 2026-11-22T06:46:40Z

using FormFields = std::vector<std::pair<std::string, std::string>>;

struct FrontReply {
  int status = 0;
  wire::Headers headers;
  std::string body;

  std::vector<std::string> texts(const std::string& xpath) const {
    pugi::xml_document document;
    document.load_string(body.c_str());
    std::vector<std::string> found;
    for (const auto& node : document.select_nodes(xpath.c_str()))
      found.emplace_back(node.node().text().get());
    return found;
  }
  std::string text(const std::string& xpath) const {
    const auto found = texts(xpath);
    return found.empty() ? "" : found.front();
  }
  std::string code() const { return text("//Code"); }
  std::string message() const { return text("//Message"); }
};

inline std::string form_text(const FormFields& form) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text;
  const auto encode = [&text](const std::string& part) {
    for (const char c : part) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) || c == '.' || c == '-' || c == '_') {
        text += c;
      } else {
        text += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
      }
    }
  };
  for (const auto& [name, value] : form) {
    if (!text.empty()) text += '&';
    encode(name);
    text += '=';
    encode(value);
  }
  return text;
}

// Sets the Authorization header over whatever the request holds.
inline void sign(wire::Request& request, const std::string& service, const AccessKey& access = {},
                 const std::string& region = "eu-west-1") {
  std::erase_if(request.headers, [](const auto& header) { return header.first == "Authorization"; });
  const std::string date = canonical_header(request, "x-amz-date").value_or("");
  Authorization authorization{access.access_key_id, date.substr(0, 8), region, service, {}, ""};
  authorization.signed_headers = {"content-type", "host", "x-amz-date"};
  const auto signature = expected_signature(request, authorization, date, access.secret_access_key);
  request.headers.emplace_back(
      "Authorization",
      "AWS4-HMAC-SHA256 Credential=" + authorization.access_key_id + "/" + authorization.date + "/" + region +
          "/" + service +
          "/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=" + signature.value_or(""));
}

inline wire::Request request_for(ApiService service, const std::string& action, FormFields form, Time at) {
  form.insert(form.begin(), {{"Action", action}, {"Version", names(service).version}});
  wire::Request request;
  request.url = std::string("https://") + names(service).scope + ".eu-west-1.amazonaws.com/";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                     {"X-Amz-Date", amz_date(at)}};
  request.body = form_text(form);
  sign(request, names(service).scope);
  return request;
}

// Three servers, all registered in two groups since ten minutes and healthy there.
struct World {
  Account account{kStart, 1};
  Front front;
  std::string tg1, tg80;
  std::vector<std::string> ids;

  explicit World(Faults faults = {}) : front(account, std::move(faults), 1) {
    TargetGroup group;
    group.name = "tg1";
    group.load_balancer_arns = {"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1"};
    tg1 = account.add_target_group(group);
    group.name = "tg1-80";
    group.port = 80;
    tg80 = account.add_target_group(group);
    for (int i = 1; i <= 3; ++i) {
      Server server;
      server.name = "web-" + std::to_string(i);
      server.launched_at = kStart - std::chrono::hours{2};
      server.tags = {{"role", "web & <co>"}};
      ids.push_back(account.add_server(server));
      account.register_target(tg1, ids.back(), std::nullopt);
      account.register_target(tg80, ids.back(), std::nullopt);
    }
    wait(std::chrono::minutes{10});
  }

  void wait(Duration duration) { account.advance_to(account.now() + duration); }

  FrontReply send(const wire::Request& request) {
    const auto response = front.answer(request);
    if (!response) return {};
    return {response->status, response->headers, response->body};
  }
  FrontReply call(ApiService service, const std::string& action, const FormFields& form = {}) {
    return send(request_for(service, action, form, account.now()));
  }
  FrontReply ec2(const std::string& action, const FormFields& form = {}) {
    return call(ApiService::ec2, action, form);
  }
  FrontReply elb(const std::string& action, const FormFields& form = {}) {
    return call(ApiService::elbv2, action, form);
  }
  FrontReply cloudwatch(const std::string& action, const FormFields& form = {}) {
    return call(ApiService::cloudwatch, action, form);
  }
  FrontReply auto_scaling(const std::string& action, const FormFields& form = {}) {
    return call(ApiService::auto_scaling, action, form);
  }

  FrontReply health(const std::string& arn, FormFields targets = {}) {
    targets.emplace_back("TargetGroupArn", arn);
    return elb("DescribeTargetHealth", targets);
  }
};

}  // namespace evenkeel::sim
