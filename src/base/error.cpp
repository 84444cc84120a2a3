#include "base/error.h"

namespace evenkeel {

const char* name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::denied:
      return "denied";
    case ErrorKind::throttled:
      return "throttled";
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::maybe_happened:
      return "maybe_happened";
    case ErrorKind::not_found:
      return "not_found";
    case ErrorKind::rejected:
      return "rejected";
    case ErrorKind::conflict:
      return "conflict";
    case ErrorKind::corrupt:
      return "corrupt";
  }
  return "invalid";
}

}  // namespace evenkeel
