#include "observe/place.h"

#include "aws/sts.h"
#include "base/text.h"
#include "model/identity.h"

namespace evenkeel::observe {
namespace {

std::unexpected<Error> elsewhere(const ObservationBuilder& builder, const Identity& remembered,
                                 const Identity& here) {
  return fail(ErrorKind::invalid,
              "these credentials are for " + printable(describe(here)) + "; the state belongs to " +
                  printable(describe(remembered)) +
                  ". Nothing is concluded or done. Correct the profile, role_arn or region; if the fleet has "
                  "moved here: evenkeel resume " +
                  builder.policy.name + " --here --reason …",
              kWrongAccount);
}

// The role's account, in the region that is called.
std::optional<Identity> place_of_role(const ObservationBuilder& builder) {
  const auto& region = builder.caller.region();
  const auto fields = split(builder.policy.role_arn, ':');
  if (region.empty() || fields.size() < 6) return std::nullopt;
  return Identity{fields[1], fields[4], region};
}

// A group that was added for the sake of an open remediation is remembered, not answered.
std::optional<Identity> place_of_answers(const ObservationBuilder& builder) {
  if (!builder.groups_known) return std::nullopt;
  for (const auto& group : builder.observation.target_groups) {
    if (!group.of_fleet) continue;
    if (auto identity = identity_of_arn(group.arn)) return identity;
  }
  return std::nullopt;
}

std::optional<Identity> place_by_sts(ObservationBuilder& builder) {
  auto answer = aws::sts::caller_arn(builder.caller);
  const auto* arn = builder.take_in(Problem::Kind::identity, "", answer);
  if (arn == nullptr) return std::nullopt;
  const auto fields = split(*arn, ':');  // without a region, for IAM and STS have none there
  if (fields.size() < 6) return std::nullopt;
  return Identity{fields[1], fields[4], builder.caller.region()};
}

}  // namespace

Result<void> expect_place(const ObservationBuilder& builder) {
  const auto remembered = remembered_identity(builder.state);
  if (!remembered) return {};
  if (const auto here = place_of_role(builder); here && *here != *remembered)
    return elsewhere(builder, *remembered, *here);
  const auto& region = builder.caller.region();
  if (region.empty() || region == remembered->region) return {};
  return elsewhere(builder, *remembered, {remembered->partition, remembered->account, region});
}

Result<void> read_place(ObservationBuilder& builder) {
  const auto remembered = remembered_identity(builder.state);
  auto& here = builder.observation.identity;
  here = place_of_answers(builder);
  if (!here) here = place_of_role(builder);
  if (!here && remembered) here = place_by_sts(builder);
  if (!here || !remembered || *here == *remembered) return {};
  return elsewhere(builder, *remembered, *here);
}

}  // namespace evenkeel::observe
