#include "wire/identity.h"

#include <utility>

namespace evenkeel::wire {

RefreshingCredentials::RefreshingCredentials(Credentials long_lived)
    : session_(Session{std::move(long_lived), std::nullopt}) {}

RefreshingCredentials::RefreshingCredentials(FetchSession fetch) : fetch_(std::move(fetch)) {}

void RefreshingCredentials::refresh(Time now) {
  try_again_ = now + kTryAgainAfter;
  refused_.reset();
  if (auto fetched = fetch_()) {
    session_ = std::move(*fetched);
  } else {
    refused_ = std::move(fetched.error());
  }
}

Result<Credentials> RefreshingCredentials::credentials(Time now) {
  const auto ends_within = [&](Duration time) {
    return !session_ || (session_->expires && now >= *session_->expires - time);
  };
  if (fetch_ && ends_within(kRefreshBefore) && now >= try_again_) refresh(now);
  const bool kept = session_ && session_->past_its_end;
  if (refused_ && !kept && ends_within(Duration::zero())) return std::unexpected(*refused_);
  return session_->credentials;
}

bool RefreshingCredentials::renew(const Credentials& used, Time now) {
  if (!fetch_) return false;
  const auto others = [&] { return session_ && session_->credentials != used; };
  if (!others()) refresh(now);
  return others();
}

}  // namespace evenkeel::wire
