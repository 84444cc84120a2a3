#include "lambda/serve.h"

#include "cli/exit_codes.h"

namespace evenkeel::lambda {

int serve(const std::string& address, HandlerContext& context) {
  Runtime runtime{context.network, address};
  Log log{context.out, context.clock};
  auto settings = read_settings(context.environment);
  if (!settings) {
    log.error("start", settings.error().message);
    if (const auto told = runtime.fail_start("Evenkeel.Settings", settings.error().message); !told)
      log.error("runtime", told.error().message);
    return cli::kUsage;
  }
  Handler handler{context, std::move(*settings)};
  while (true) {
    const auto invocation = runtime.next();
    if (!invocation) {
      log.error("runtime", invocation.error().message);
      return cli::kInternal;
    }
    const auto answer = handler.handle(*invocation);
    const auto given = answer.error_type.empty()
                           ? runtime.respond(*invocation, answer.text)
                           : runtime.fail_invocation(*invocation, answer.error_type, answer.text);
    if (!given) log.warning("runtime", given.error().message);
  }
}

}  // namespace evenkeel::lambda
