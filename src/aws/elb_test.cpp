// Classic Load Balancers: the older version of the API, its pages.
#include "aws/elb.h"

#include <gtest/gtest.h>

#include "wire/testing/scripted_transport.h"

namespace evenkeel::aws::elb {
namespace {

TEST(ClassicLoadBalancers, AreAllReadWithTheirInstances) {
  wire::ScriptedAccount account{[](const wire::Request& request) {
    const auto form = wire::form_of(request);
    EXPECT_EQ(form.at("Action"), "DescribeLoadBalancers");
    EXPECT_EQ(form.at("Version"), "2012-06-01");
    EXPECT_EQ(form.at("PageSize"), "400");
    if (!form.contains("Marker"))
      return wire::query_answer(
          "DescribeLoadBalancers",
          "<LoadBalancerDescriptions><member><LoadBalancerName>old</LoadBalancerName><Instances><member>"
          "<InstanceId>i-1</InstanceId></member><member><InstanceId>i-2</InstanceId></member></Instances>"
          "</member></LoadBalancerDescriptions><NextMarker>more</NextMarker>");
    return wire::query_answer("DescribeLoadBalancers",
                              "<LoadBalancerDescriptions><member><LoadBalancerName>idle</LoadBalancerName>"
                              "</member></LoadBalancerDescriptions>");
  }};
  const auto found = describe_load_balancers(account.caller);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->value.size(), 2U);
  EXPECT_EQ(found->value[0].name, "old");
  EXPECT_EQ(found->value[0].instance_ids, (std::vector<std::string>{"i-1", "i-2"}));
  EXPECT_TRUE(found->value[1].instance_ids.empty());
}

}  // namespace
}  // namespace evenkeel::aws::elb
