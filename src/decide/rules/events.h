// Which treatment ends what. A reboot in place ends hardly any of EC2's scheduled events, although the machine
// does reboot: the event is about its host, and stays in the calendar (docs/policy.md has the table).
#pragma once

#include <string>
#include <string_view>

#include "model/observation.h"
#include "model/policy.h"

namespace evenkeel::decide {

// Whether the treatment ends an event of that code.
// - stop_start and replace leave the host, which ends every event that is known;
// - reboot ends a system-reboot alone, and only where reboot migration is enabled for the instance;
// - a code that is not known is ended by replace alone.
bool ends_event(Treatment treatment, std::string_view code, bool reboot_migrates);

// For people: the treatments that end such an event, "stop_start or replace".
std::string what_ends_event(std::string_view code);

// Whether what the rule asks for may be over after the treatment, its scheduled_event and tag left out: an
// uptime ends with a boot, an age with a launch; a metric, an alarm and bad health may end with any treatment.
bool may_end(Treatment treatment, const Rule& rule);

}  // namespace evenkeel::decide
