// Internal to progress: what the phases of a remediation share, and one function for each phase. A phase
// moves its remediation as far as this observation allows, and calls no phase that comes before it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decide/fleet_view.h"
#include "decide/remediation/plan_builder.h"

namespace evenkeel::decide {

// Where the member stands in the Auto Scaling group that it leaves by Standby.
enum class Lifecycle {
  none,     // the remediation has no such group
  unknown,  // the group could not be read, or is not the one that was read
  in_service,
  entering,  // EnteringStandby: as long as the drain lasts
  standby,
  pending,  // on its way into service
  leaving,  // Auto Scaling is terminating it
  detached,
  absent,  // the group doesn't list it
};
Lifecycle lifecycle_of(const Remediation& remediation, const Observation& observation);

// Its state in the policy's Auto Scaling group; nothing: not there, or not read.
std::optional<LifecycleState> lifecycle_state_of(const std::string& instance_id,
                                                 const Observation& observation);

// standby.cpp
// It is in Standby or on its way there, by an external change: it did not leave that way, or has been in service since.
bool in_external_standby(const Remediation& remediation, const Observation& observation);
// We asked for Standby, and the member has not been seen in service after it.
bool may_be_in_our_standby(const Remediation& remediation);
// In service as far as its Auto Scaling group shows; where that can't be read, AWS accepted that it is asked back.
bool back_in_service(const Remediation& remediation, const Observation& observation);
// Remembers that our Standby is over.
void look_at_standby(Remediation& remediation, const Observation& observation);
// We asked for it to leave that way: it may have.
bool took_out(const Remediation& remediation);  // of anywhere
bool asked_to_leave(const Remediation& remediation, Effect effect, const std::string& arn = {});

// The places that are ours to take out and put back: Auto Scaling doesn't look after them. Each group once.
std::vector<std::string> our_groups(const Remediation& remediation);

const Intent* latest_intent(const Remediation& remediation, Effect effect, const std::string& arn = {});
// True while an accepted call may simply not be visible yet.
bool may_not_show_yet(const Intent* intent, Time now);
// True when a call without an answer can't take effect any more, and its effect would be visible.
bool can_not_land(const Intent& intent, Time now);

void hold(Remediation& remediation, PlanBuilder& builder, std::string because);
// From here on the member only goes back, without (another) treatment. advance() registers it in the same
// tick.
void put_back(Remediation& remediation, PlanBuilder& builder, std::string why);
// On its way back, treated.
void rejoin(Remediation& remediation, PlanBuilder& builder, std::string why);
// An operator or another tool has taken it over: believed, recorded, and not undone.
void hand_over(Remediation& remediation, PlanBuilder& builder, std::string why);

// leaving.cpp
void draining(Remediation& remediation, PlanBuilder& builder, const FleetView& fleet);

// Asks for what shows how the member is. False: the answers have still to come.
bool asked_how_it_is(const Remediation& remediation, PlanBuilder& builder);

// Asks for what shows a boot after the treatment, and remembers the boot with its evidence once it is seen.
bool was_seen_to_boot(Remediation& remediation, PlanBuilder& builder);

// The present treatment of the policy; nullptr: the policy has none at that level.
const Step* step_of(const Remediation& remediation, const FleetPolicy& policy);

// treating.cpp
// By which effect a treatment is applied, and the treatment that an effect applies; none: it applies no treatment.
Effect effect_by(Treatment treatment);
Treatment treatment_by(Effect effect);
// Begins the present treatment when the member is out of service everywhere and everything that must
// be known is; else waits, asks, or puts it back.
void treat_when_ready(Remediation& remediation, PlanBuilder& builder);
void capturing(Remediation& remediation, PlanBuilder& builder);
void commanding(Remediation& remediation, PlanBuilder& builder);
void rebooting(Remediation& remediation, PlanBuilder& builder);
void booting(Remediation& remediation, PlanBuilder& builder);
void replacing(Remediation& remediation, PlanBuilder& builder);
// The same treatment once more or the next one of the policy; false: there is none left.
bool escalate(Remediation& remediation, PlanBuilder& builder, const std::string& why);
// … and then it goes back as it is.
void escalate_or_put_back(Remediation& remediation, PlanBuilder& builder, const std::string& why);

// What was not sent did not happen: back to draining, to be tried again. False: it has been tried for too
// long.
bool try_again_later(Remediation& remediation, PlanBuilder& builder, Effect effect);

// stop_start.cpp
void stopping(Remediation& remediation, PlanBuilder& builder);
void starting(Remediation& remediation, PlanBuilder& builder);
// Whether Evenkeel has stopped it: it must be started again, whatever else.
bool stopped_by_us(const Remediation& remediation, const Observation& observation);
// Held, for an external change has stopped it while it was to come up. False: nothing shows that.
bool held_as_stopped(Remediation& remediation, PlanBuilder& builder);
// For people: that the instance is stopped, and not by our request; empty: it runs, or we asked for it.
std::string stopped_by_another(const Remediation& remediation, const Observation& observation);

// returning.cpp
void rejoining(Remediation& remediation, PlanBuilder& builder);
void soaking(Remediation& remediation, PlanBuilder& builder);
void held(Remediation& remediation, PlanBuilder& builder);

}  // namespace evenkeel::decide
