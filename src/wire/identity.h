// The identity that signs the calls, kept fresh. Shared by every Caller that signs as the same one: what needs
// credentials first fetches them, the others find them here. For one thread.
#pragma once

#include <functional>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "wire/credentials.h"

namespace evenkeel::wire {

// Credentials and until when AWS takes them; without an end for long-lived keys.
struct Session {
  Credentials credentials;
  std::optional<Time> expires;
  // Used past its end while no other can be had: AWS takes an instance's credentials longer than they say when
  // it can't give out new ones.
  bool past_its_end = false;
};

// Asks a provider (STS, a container's or an instance's metadata, a process, a file) again. Its error says what
// was asked and how to fix it, and never holds a secret.
using FetchSession = std::function<Result<Session>()>;

class RefreshingCredentials {
 public:
  // docs/aws.md, Credentials: refreshed 15 minutes before the end. A refresh that fails is tolerated while the
  // old session is valid (and beyond, where it says so), and tried again a minute later.
  static constexpr Duration kRefreshBefore{15 * 60'000};
  static constexpr Duration kTryAgainAfter{60'000};

  explicit RefreshingCredentials(Credentials long_lived);
  explicit RefreshingCredentials(FetchSession fetch);

  // What to sign with at `now`: AWS's time as well as we know it. A provider that hands out a session which
  // has already ended (instance metadata does in an outage) is believed: AWS may take it longer than it says.
  // Error: the provider's own, when there is nothing to try.
  Result<Credentials> credentials(Time now);

  // Why the last refresh failed; nothing where it did not.
  const std::optional<Error>& refused() const { return refused_; }

  // AWS refused `used` as ended: fetches once more, unless another Caller has since. True when there are other
  // credentials than `used` to try now.
  bool renew(const Credentials& used, Time now);

 private:
  void refresh(Time now);

  FetchSession fetch_;
  std::optional<Session> session_;
  std::optional<Error> refused_;  // the last refresh failed
  Time try_again_{};
};

}  // namespace evenkeel::wire
