// Why AWS refused.
#pragma once

#include "base/error.h"
#include "wire/answer.h"

namespace evenkeel::aws {

// For want of a permission, as opposed to: it does not take these credentials at all.
inline bool lacks_permission(const Error& error) {
  return error.kind == ErrorKind::denied && wire::is_permission_code(error.code);
}

}  // namespace evenkeel::aws
