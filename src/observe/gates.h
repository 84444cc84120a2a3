// What, outside the fleet, holds back starts or asks for them: CloudWatch alarms and change calendars.
#pragma once

#include "observe/observation_builder.h"

namespace evenkeel::observe {

// The alarms of gates and of rules: one call a hundred names, and one a prefix. The instances must have been
// read before. A name or prefix that could not be asked for has no entry.
void read_alarms(ObservationBuilder& builder);

// One call a calendar. One that could not be read is `unknown`.
void read_calendars(ObservationBuilder& builder);

}  // namespace evenkeel::observe
