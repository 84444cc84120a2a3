#include "wire/endpoint.h"

#include <gtest/gtest.h>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::wire {
namespace {

Environment environment(std::map<std::string, std::string, std::less<>> variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto at = variables.find(name);
    return at == variables.end() ? std::nullopt : std::optional{at->second};
  };
}

std::string url(Service service, std::map<std::string, std::string, std::less<>> variables,
                const std::string& region = "eu-west-1") {
  const auto found = endpoint_url(service, region, environment(std::move(variables)));
  return found ? *found : "error: " + found.error().message;
}

TEST(Region, IsTheExplicitOneThenAwsRegionThenTheDefault) {
  const auto both = environment({{"AWS_REGION", "eu-west-1"}, {"AWS_DEFAULT_REGION", "us-east-1"}});
  EXPECT_EQ(resolve_region(both, "ap-south-1"), "ap-south-1");
  EXPECT_EQ(resolve_region(both), "eu-west-1");
  EXPECT_EQ(resolve_region(environment({{"AWS_REGION", ""}, {"AWS_DEFAULT_REGION", "us-east-1"}})),
            "us-east-1");
}

TEST(Region, SaysHowToSetItWhenThereIsNone) {
  const auto none = resolve_region(environment({}));
  ASSERT_EQ(kind_of(none), ErrorKind::invalid);
  EXPECT_NE(none.error().message.find("set AWS_REGION"), std::string::npos);
}

TEST(Region, LetsNothingIntoTheHostNameThatIsNoRegion) {
  for (const char* region : {"evil.example/", "a b", "eu-west-1#", "-x", "", "eu_west", "EU-WEST-1", "a@b"}) {
    EXPECT_FALSE(resolve_region(environment({}), region)) << region;
  }
  EXPECT_NE(resolve_region(environment({{"AWS_REGION", "x/y"}})).error().message.find("AWS_REGION: 'x/y'"),
            std::string::npos);
}

TEST(Endpoint, IsAwsOwnHostByDefault) {
  EXPECT_EQ(url(Service::ec2, {}), "https://ec2.eu-west-1.amazonaws.com/");
  EXPECT_EQ(url(Service::elastic_load_balancing_v2, {}),
            "https://elasticloadbalancing.eu-west-1.amazonaws.com/");
  EXPECT_EQ(url(Service::auto_scaling, {}), "https://autoscaling.eu-west-1.amazonaws.com/");
  EXPECT_EQ(url(Service::cloudwatch, {}), "https://monitoring.eu-west-1.amazonaws.com/");
  EXPECT_EQ(url(Service::ec2, {}, "cn-north-1"), "https://ec2.cn-north-1.amazonaws.com.cn/");
  EXPECT_EQ(url(Service::ec2, {}, "us-gov-west-1"), "https://ec2.us-gov-west-1.amazonaws.com/");
}

TEST(Region, MayBeTheProfiles) {
  SharedConfig config;
  config.in_config_file["default"] = {{"region", "eu-north-1"}};
  EXPECT_EQ(resolve_region(environment({}), {}, config), "eu-north-1");
  EXPECT_EQ(resolve_region(environment({{"AWS_DEFAULT_REGION", "us-east-1"}}), {}, config), "us-east-1");
  config.in_config_file["default"]["region"] = "not/one";
  EXPECT_NE(resolve_region(environment({}), {}, config).error().message.find("region of profile 'default'"),
            std::string::npos);
  EXPECT_EQ(find_region(environment({})), std::nullopt);
}

TEST(Endpoint, IsTheOneOfItsPartitionAndOfTheSwitches) {
  struct EndpointRow {
    const char* region;
    bool fips, dual_stack;
    const char* ec2;
  };
  for (const auto& [region, fips, dual_stack, ec2] :
       {EndpointRow{"eu-west-1", false, false, "https://ec2.eu-west-1.amazonaws.com/"},
        EndpointRow{"us-east-1", true, false, "https://ec2-fips.us-east-1.amazonaws.com/"},
        EndpointRow{"us-east-1", false, true, "https://ec2.us-east-1.api.aws/"},
        EndpointRow{"us-east-1", true, true, "https://ec2-fips.us-east-1.api.aws/"},
        EndpointRow{"ca-west-9", false, false, "https://ec2.ca-west-9.amazonaws.com/"},
        EndpointRow{"cn-north-1", false, false, "https://ec2.cn-north-1.amazonaws.com.cn/"},
        EndpointRow{"cn-north-1", true, false, "https://ec2-fips.cn-north-1.amazonaws.com.cn/"},
        EndpointRow{"cn-north-1", false, true, "https://ec2.cn-north-1.api.amazonwebservices.com.cn/"},
        EndpointRow{"us-gov-west-1", false, false, "https://ec2.us-gov-west-1.amazonaws.com/"},
        EndpointRow{"us-gov-west-1", true, false, "https://ec2.us-gov-west-1.amazonaws.com/"},
        EndpointRow{"us-gov-west-1", false, true, "https://ec2.us-gov-west-1.api.aws/"},
        EndpointRow{"us-gov-west-1", true, true, "https://ec2-fips.us-gov-west-1.api.aws/"}}) {
    EXPECT_EQ(url(Service::ec2,
                  {{"AWS_USE_FIPS_ENDPOINT", fips ? "true" : "false"},
                   {"AWS_USE_DUALSTACK_ENDPOINT", dual_stack ? "True" : ""}},
                  region),
              ec2);
  }
  for (const char* region : {"us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "eusc-de-east-1"}) {
    EXPECT_NE(url(Service::sts, {}, region).find("give AWS_ENDPOINT_URL_STS"), std::string::npos) << region;
    EXPECT_EQ(url(Service::sts, {{"AWS_ENDPOINT_URL", "https://x.example"}}, region), "https://x.example/");
  }
}

TEST(Endpoint, MayBeTheProfiles) {
  SharedConfig config;
  auto& profile = config.in_config_file["default"];
  const auto of = [&](Service service, std::map<std::string, std::string, std::less<>> variables = {}) {
    return endpoint_url(service, "eu-west-1", environment(std::move(variables)), config).value_or("error");
  };
  profile["use_fips_endpoint"] = "true";
  EXPECT_EQ(of(Service::ec2), "https://ec2-fips.eu-west-1.amazonaws.com/");
  EXPECT_EQ(of(Service::ec2, {{"AWS_USE_FIPS_ENDPOINT", "false"}}), "https://ec2.eu-west-1.amazonaws.com/");
  profile["endpoint_url"] = "http://profile";
  EXPECT_EQ(of(Service::ec2), "http://profile/");
  config.services["mine"]["elastic_load_balancing_v2.endpoint_url"] = "http://service";
  EXPECT_EQ(of(Service::elastic_load_balancing_v2), "http://profile/")
      << "the profile doesn't name the section";
  profile["services"] = "mine";
  EXPECT_EQ(of(Service::elastic_load_balancing_v2), "http://service/");
  EXPECT_EQ(of(Service::ec2), "http://profile/");
  EXPECT_EQ(of(Service::elastic_load_balancing_v2, {{"AWS_ENDPOINT_URL", "http://variable"}}),
            "http://variable/");
  profile["ignore_configured_endpoint_urls"] = "true";
  EXPECT_EQ(of(Service::ec2, {{"AWS_ENDPOINT_URL", "http://variable"}}),
            "https://ec2-fips.eu-west-1.amazonaws.com/");
  profile.erase("ignore_configured_endpoint_urls");
  profile["endpoint_url"] = "nonsense";
  EXPECT_NE(endpoint_url(Service::ec2, "eu-west-1", environment({}), config)
                .error()
                .message.find("endpoint_url of profile 'default' in : 'nonsense' is no endpoint"),
            std::string::npos);
}

TEST(Endpoint, AUserAndAPasswordAreNeverShown) {
  const std::pair<const char*, const char*> shown[] = {
      {"http://ann:secret@host:1/", "http://…@host:1/"},
      {"http://ann:sec/re?t#@host", "http://…@host"},
      {"ann:secret@host", "…@host"},
      {"http:/ann:secret@host", "…@host"},
      {"ann:sec://ret@host", "…@host"},
      {"https://host/path?key=secret", "https://host/path?…"},
      {"http://ann:secret@a@host", "http://…@host"},
      {"http://host/", "http://host/"},
      {"nonsense", "nonsense"}};
  for (const auto& [text, expected] : shown) EXPECT_EQ(shown_url(text), expected) << text;
  const auto refused =
      endpoint_url(Service::ec2, "eu-west-1", environment({{"AWS_ENDPOINT_URL", "http://ann:secret@host"}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("secret"), std::string::npos) << refused.error().message;
  EXPECT_NE(refused.error().message.find("without user"), std::string::npos) << refused.error().message;
}

TEST(Endpoint, OfTheServiceGoesBeforeTheOneForAll) {
  const std::map<std::string, std::string, std::less<>> variables = {
      {"AWS_ENDPOINT_URL", "http://127.0.0.1:5000"},
      {"AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "https://lb.example:8443/path"}};
  EXPECT_EQ(url(Service::ec2, variables), "http://127.0.0.1:5000/");
  EXPECT_EQ(url(Service::elastic_load_balancing_v2, variables), "https://lb.example:8443/path/");
}

TEST(Endpoint, IgnoresTheVariablesWhenToldTo) {
  EXPECT_EQ(url(Service::ec2, {{"AWS_ENDPOINT_URL", "http://127.0.0.1:5000"},
                               {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE"}}),
            "https://ec2.eu-west-1.amazonaws.com/");
  EXPECT_EQ(url(Service::ec2, {{"AWS_ENDPOINT_URL", "http://127.0.0.1:5000"},
                               {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false"}}),
            "http://127.0.0.1:5000/");
}

TEST(Endpoint, NamesTheVariableWhoseUrlIsWrong) {
  for (const char* wrong :
       {"127.0.0.1:5000", "ftp://host/", "http://user:pw@host/", "http://host/#x", "http://host/?a=b",
        "http://host:99999/", "http://", "http://ho st/", "http://h/\n"}) {
    const auto text = url(Service::ec2, {{"AWS_ENDPOINT_URL_EC2", wrong}});
    EXPECT_TRUE(text.starts_with("error: AWS_ENDPOINT_URL_EC2: '")) << wrong << " gave " << text;
  }
}

TEST(Endpoint, AllAreResolvedAtOnceOrNotAtAll) {
  const auto all = resolve_endpoints("eu-west-1", environment({}));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->urls.size(), kServices.size());
  EXPECT_FALSE(resolve_endpoints("eu-west-1", environment({{"AWS_ENDPOINT_URL_CLOUDWATCH", "nonsense"}})));
}

TEST(Url, GivesTheHostHeaderAsTheServerWillSeeIt) {
  EXPECT_EQ(parse_url("https://Example.COM:443/a?b=c")->host, "example.com");
  EXPECT_EQ(parse_url("http://example.com:80")->host, "example.com");
  EXPECT_EQ(parse_url("http://example.com:443/")->host, "example.com:443");
  EXPECT_EQ(parse_url("http://[::1]:5000/")->host, "[::1]:5000");
  EXPECT_EQ(parse_url("http://[::1]/")->host, "[::1]");
  EXPECT_EQ(parse_url("https://example.com?x=y")->path, "/");
  EXPECT_EQ(parse_url("https://example.com/a?b=c")->query, "b=c");
}

}  // namespace
}  // namespace evenkeel::wire
