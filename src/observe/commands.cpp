#include "observe/commands.h"

#include "aws/ssm.h"
#include "base/text.h"
#include "observe/stamp.h"
#include "observe/words.h"

namespace evenkeel::observe {

void read_command(const Question& question, wire::Caller& caller, Observation& observation) {
  Stamp stamp{observation};
  for (const auto& id : question.instance_ids) {
    auto& seen = observation.commands[question.nonce] = {};
    seen.command_id = question.command_id;
    if (seen.command_id.empty()) {
      const auto found = aws::ssm::find_command(caller, id, question.nonce);
      if (!found) {
        observation.problems.push_back({Problem::Kind::command, id, found.error().message});
        continue;
      }
      stamp.saw(found->date);
      if (!found->value) continue;
      seen.command_id = *found->value;
    }
    const auto invocation = aws::ssm::get_command_invocation(caller, seen.command_id, id);
    if (!invocation) {
      // Right after it was sent that is normal.
      if (invocation.error().kind != ErrorKind::not_found)
        observation.problems.push_back({Problem::Kind::command, id, invocation.error().message});
      continue;
    }
    stamp.saw(invocation->date);
    seen.state = command_state(invocation->value.status);
    seen.status = printable(invocation->value.status);
    seen.output = invocation->value.output;
  }
}

}  // namespace evenkeel::observe
