#include "sim/api/parameters.h"

#include <gtest/gtest.h>

namespace evenkeel::sim {
namespace {

RequestParameters read(std::string_view form, ApiService service = ApiService::ec2) {
  auto parameters = RequestParameters::read(form, service);
  EXPECT_TRUE(parameters);
  return parameters.value_or(RequestParameters{});
}

TEST(RequestParameters, AreDecoded) {
  RequestParameters parameters = read("a=x+y%20z&b=%C3%A9%26&c=");
  EXPECT_EQ(parameters.text("a"), "x y z");
  EXPECT_EQ(parameters.text("b"), "\u00e9&");
  EXPECT_EQ(parameters.text("c"), "");
  EXPECT_EQ(parameters.text("d"), std::nullopt);
  EXPECT_TRUE(parameters.finish());
}

TEST(RequestParameters, BrokenFormsAreRefused) {
  for (const char* form :
       {"a", "=x", "a=%", "a=%4", "a=%zz", "%=1", "a=1&a=2", "a=1&&b=2", "a=1&b", "a=%-1", "a=% 1"})
    EXPECT_EQ(RequestParameters::read(form, ApiService::ec2).error().code, "MalformedQueryString") << form;
  std::string many;
  for (int i = 0; i < 20'001; ++i) many += "p" + std::to_string(i) + "=&";
  EXPECT_FALSE(RequestParameters::read(many, ApiService::ec2));
}

TEST(RequestParameters, HostileBytesComeBackPrintable) {
  const auto finished = read("%1b%5b2J%00=%ff").finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message, "The parameter \\x1b[2J\\x00 is not recognized");
}

TEST(RequestParameters, WhatWasNotReadIsUnknown) {
  RequestParameters ec2 = read("a=1&b=2");
  ec2.text("a");
  EXPECT_EQ(ec2.finish().error().code, "UnknownParameter");
  ec2.text("b");
  EXPECT_TRUE(ec2.finish());
  EXPECT_EQ(read("a=1", ApiService::elbv2).finish().error().code, "ValidationError");
}

TEST(RequestParameters, TheFirstWrongValueIsTheCallsRefusal) {
  RequestParameters parameters = read("number=7&flag=maybe&time=now");
  EXPECT_EQ(parameters.integer("number", 8, 9), std::nullopt);
  parameters.flag("flag", false);
  parameters.time("time");
  parameters.required("missing");
  EXPECT_EQ(parameters.finish().error().message,
            "Value (7) for parameter number is invalid. It must be between 8 and 9.");
}

TEST(RequestParameters, ServicesHaveTheirOwnCodes) {
  for (const auto& [service, missing, wrong] :
       {std::tuple{ApiService::ec2, "MissingParameter", "InvalidParameterValue"},
        std::tuple{ApiService::cloudwatch, "MissingParameter", "InvalidParameterValue"},
        std::tuple{ApiService::elbv2, "ValidationError", "ValidationError"},
        std::tuple{ApiService::auto_scaling, "ValidationError", "ValidationError"}}) {
    RequestParameters none = read("", service), bad = read("n=x", service);
    none.required("n");
    bad.integer("n", 0, 9);
    EXPECT_EQ(none.finish().error().code, missing);
    EXPECT_EQ(bad.finish().error().code, wrong);
  }
}

TEST(RequestParameters, ListsEndAtTheirFirstGap) {
  RequestParameters parameters = read("Id.1=a&Id.2=b&Id.4=d&Names.member.1=n");
  EXPECT_EQ(parameters.list("Id"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(parameters.list("Names.member"), std::vector<std::string>{"n"});
  EXPECT_EQ(parameters.finish().error().message, "The parameter Id.4 is not recognized");
}

TEST(RequestParameters, StructuresAreFoundByAnyOfTheirFields) {
  const RequestParameters parameters = read("F.1.Name=a&F.2.Value.1=b&F.10.Name=x&FF.3.Name=y");
  EXPECT_EQ(parameters.structures("F"), (std::vector<std::string>{"F.1", "F.2"}));
  EXPECT_TRUE(parameters.structures("G").empty());
}

TEST(RequestParameters, TheFingerprintLeavesOnlyTheTokenOut) {
  EXPECT_EQ(read("a=1&NextToken=x").fingerprint(), read("a=1").fingerprint());
  EXPECT_EQ(read("a=1&Marker=x").fingerprint(), read("a=1").fingerprint());
  EXPECT_NE(read("a=1").fingerprint(), read("a=2").fingerprint());
}

}  // namespace
}  // namespace evenkeel::sim
