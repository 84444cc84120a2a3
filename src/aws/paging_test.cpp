#include "aws/paging.h"

#include <gtest/gtest.h>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::aws {
namespace {

using wire::Element;
using wire::form_of;
using wire::query_answer;
using wire::Request;
using wire::ScriptedAccount;

wire::Call list_call(const std::string& list) {
  wire::Call call;
  call.service = wire::Service::cloudwatch;
  call.action = "ListMetrics";
  call.parameters.add("List", list);
  return call;
}

Result<std::string> next_token(std::size_t, const Element& result) {
  return result.text_or_empty("NextToken");
}

TEST(Paging, FollowsTokensWithTheSameParametersSideBySide) {
  ScriptedAccount account([](const Request& request) {
    auto form = form_of(request);
    const bool long_list = form["List"] == "long";
    if (long_list && form["Token"].empty()) return query_answer("ListMetrics", "<NextToken>p2</NextToken>");
    if (long_list && form["Token"] == "p2") return query_answer("ListMetrics", "<NextToken>p3</NextToken>");
    return query_answer("ListMetrics", "");
  });
  std::vector<std::size_t> pages(2);
  const std::vector<wire::Call> calls = {list_call("long"), list_call("short")};
  const auto dates =
      read_pages(account.caller, calls, "Token", [&](std::size_t index, const Element& result) {
        ++pages[index];
        return next_token(index, result);
      });
  EXPECT_TRUE(dates[0] && dates[1]);
  EXPECT_EQ(pages, (std::vector<std::size_t>{3, 1}));
  EXPECT_EQ(account.transport.batches, (std::vector<std::size_t>{2, 1, 1}));
  EXPECT_EQ(form_of(account.transport.requests.at(3))["List"], "long");
  EXPECT_EQ(form_of(account.transport.requests.at(3))["Token"], "p3");
}

TEST(Paging, StopsAtARepeatedToken) {
  ScriptedAccount account([n = 0](const Request&) mutable {
    return query_answer("ListMetrics", "<NextToken>" + std::to_string(n++ % 3) + "</NextToken>");
  });
  const wire::Call call = list_call("x");
  const auto dates = read_pages(account.caller, {&call, 1}, "Token", next_token);
  ASSERT_EQ(wire::kind_of(dates[0]), ErrorKind::invalid);
  EXPECT_NE(dates[0].error().message.find("repeats an earlier page token"), std::string::npos);
  EXPECT_EQ(account.transport.requests.size(), 4U);
}

TEST(Paging, StopsAfterTheLongestListItAccepts) {
  ScriptedAccount account([n = 0](const Request&) mutable {
    return query_answer("ListMetrics", "<NextToken>" + std::to_string(n++) + "</NextToken>");
  });
  const wire::Call call = list_call("x");
  const auto dates = read_pages(account.caller, {&call, 1}, "Token", next_token);
  ASSERT_EQ(wire::kind_of(dates[0]), ErrorKind::invalid);
  EXPECT_EQ(account.transport.requests.size(), static_cast<std::size_t>(kMaxPages));
}

TEST(Paging, GivesTheOldestDateOfAllPages) {
  ScriptedAccount account([page = 0](const Request&) mutable {
    ++page;
    auto response = query_answer(
        "ListMetrics", page < 3 ? "<NextToken>" + std::to_string(page) + "</NextToken>" : std::string{});
    response.headers = {{"Date", page == 2 ? wire::kAwsDate : "Sun, 22 Nov 2026 06:45:09 GMT"}};
    return response;
  });
  const wire::Call call = list_call("x");
  const auto dates = read_pages(account.caller, {&call, 1}, "Token", next_token);
  EXPECT_EQ(iso8601(oldest(dates).value()), "2026-11-22T06:45:07Z");
}

TEST(Paging, LosesTheListThatFailsOnALaterPageAndNoOther) {
  ScriptedAccount account([](const Request& request) -> Result<wire::Response> {
    auto form = form_of(request);
    if (form["Token"] == "2") return wire::query_error(400, "InvalidNextToken", "no");
    return query_answer("ListMetrics", form["List"] == "bad" ? "<NextToken>2</NextToken>" : "");
  });
  const std::vector<wire::Call> calls = {list_call("bad"), list_call("good")};
  const auto dates = read_pages(account.caller, calls, "Token", next_token);
  EXPECT_EQ(dates[0].error().code, "InvalidNextToken");
  EXPECT_TRUE(dates[1]);
  EXPECT_FALSE(oldest(dates));
}

TEST(Paging, CutsListsIntoChunks) {
  const std::vector<std::string> all = {"a", "b", "c", "d", "e"};
  const auto parts = chunks(all, 2);
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[2].size(), 1U);
  EXPECT_EQ(parts[2][0], "e");
  EXPECT_TRUE(chunks({}, 2).empty());
}

}  // namespace
}  // namespace evenkeel::aws
