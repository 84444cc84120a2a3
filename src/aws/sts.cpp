#include "aws/sts.h"

#include "aws/paging.h"

namespace evenkeel::aws::sts {

Result<Dated<std::string>> caller_arn(wire::Caller& caller) {
  wire::Call call;
  call.service = wire::Service::sts;
  call.action = "GetCallerIdentity";
  std::string arn;
  const auto dates =
      read_all(caller, {&call, 1}, [&](std::size_t, const wire::Element& result) -> Result<void> {
        arn = TRY(result.text("Arn"));
        return {};
      });
  const Time date = TRY(oldest(dates));
  return Dated<std::string>{arn, date};
}

}  // namespace evenkeel::aws::sts
