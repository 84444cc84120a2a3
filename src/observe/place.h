// Where this look is taken: in the account and region that the state belongs to, or elsewhere.
#pragma once

#include "base/result.h"
#include "observe/observation_builder.h"

namespace evenkeel::observe {

// What is known without asking AWS: the region that is called and the account of the fleet's role. An error
// with the code kWrongAccount where that is not the state's place; nothing was asked then.
Result<void> expect_place(const ObservationBuilder& builder);

// Fills in the observation's identity from what was answered before: the ARN of one of the fleet's target
// groups, or its role's account. Where neither says and the state knows its place, STS is asked. The same
// error where it is another place than the state's: nothing else may be concluded from what was read then.
Result<void> read_place(ObservationBuilder& builder);

}  // namespace evenkeel::observe
