#include "aws/elb.h"

#include <utility>

#include "aws/paging.h"

namespace evenkeel::aws::elb {
namespace {

constexpr int kLargestListOfClassic = 400;

Result<LoadBalancer> read_classic(const wire::Element& element) {
  LoadBalancer balancer{.name = TRY(element.text("LoadBalancerName")), .instance_ids = {}};
  for (const auto& instance : element.optional_list("Instances"))
    balancer.instance_ids.push_back(TRY(instance.text("InstanceId")));
  return balancer;
}

}  // namespace

Result<Dated<std::vector<LoadBalancer>>> describe_load_balancers(wire::Caller& caller) {
  wire::Call call;
  call.service = wire::Service::elastic_load_balancing;
  call.action = "DescribeLoadBalancers";
  call.parameters.add("PageSize", kLargestListOfClassic);
  std::vector<LoadBalancer> found;
  const auto read = [&](std::size_t, const wire::Element& result) -> Result<std::string> {
    for (const auto& item : TRY(result.list("LoadBalancerDescriptions")))
      found.push_back(TRY(read_classic(item)));
    return result.text_or_empty("NextMarker");
  };
  const auto dates = read_pages(caller, {&call, 1}, "Marker", read);
  const Time date = TRY(oldest(dates));
  return Dated<std::vector<LoadBalancer>>{std::move(found), date};
}

}  // namespace evenkeel::aws::elb
