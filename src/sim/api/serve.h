// The simulated account over HTTP, for any AWS client on this machine: point its endpoint here and give it
// the front's access key. Besides AWS's calls, tests may read and move it:
// clang-format off
//   GET  /_simulated/facts               what really happened: [{at, kind, instance_id, target_group, count, detail}]
//   GET  /_simulated/published           what was published to SNS: [{at, topic, subject, message}]
//   GET  /_simulated/summary             {now, counters, calls, callers, faults, servers}
//   POST /_simulated/advance?seconds=N   moves virtual time on by up to 30 days
// clang-format on
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "sim/api/front.h"
#include "sim/world/account.h"

namespace evenkeel::sim {

struct ServeOptions {
  std::string host = "127.0.0.1";  // a loopback address: the account protects nothing
  int port = 0;                    // 0: any free one
  double time_scale = 1;           // virtual seconds in a real one; 0: time moves only when it is told to
  Duration latency{0};             // real time that every AWS call takes at least, side by side with others
  // Clients that know nothing of virtual time sign with the machine's clock: that is accepted as well.
  bool accept_real_time = true;
};

// Serves until `stop` or SystemClock::interrupted(). `on_listening` gets the port as soon as requests can
// come. No other thread may touch the account or the front meanwhile. A lost reply breaks off behind the headers;
// the `slow` fault is slow only at the metadata
// endpoints of sim/api/metadata.h. Errors: `invalid` for an option, `unavailable` when the port is taken.
Result<void> serve(Front& front, Account& account, Clock& clock, const ServeOptions& options,
                   const std::function<void(int port)>& on_listening, const std::atomic<bool>& stop);

}  // namespace evenkeel::sim
