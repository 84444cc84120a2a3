#include "observe/commands.h"

#include "aws/ssm.h"
#include "base/text.h"
#include "observe/stamp.h"
#include "observe/words.h"

namespace evenkeel::observe {

void read_command(const Question& question, wire::Caller& caller, Observation& observation) {
  for (const auto& id : question.instance_ids) {
    auto& seen = observation.commands[question.nonce] = {};
    seen.command_id = question.command_id;
    if (seen.command_id.empty()) {
      const auto found = aws::ssm::find_command(caller, id, question.nonce);
      const auto* known = take_in(observation, Problem::Kind::command, id, found);
      if (known == nullptr || !*known) continue;
      seen.command_id = **known;
    }
    const auto invocation = aws::ssm::get_command_invocation(caller, seen.command_id, id);
    // Right after it was sent that is normal.
    if (!invocation && invocation.error().kind == ErrorKind::not_found) continue;
    const auto* said = take_in(observation, Problem::Kind::command, id, invocation);
    if (said == nullptr) continue;
    seen.state = command_state(said->status);
    seen.status = printable(said->status);
    seen.output = said->output;
  }
}

}  // namespace evenkeel::observe
