// The state document. Its checksum is no hurdle: what is read here stands behind it.
#include "fuzz/property.h"
#include "record/state_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace evenkeel;
  const auto state = record::state_from_json(std::string(fuzz::text_of(data, size)));
  if (!state) {
    fuzz::require(state.error().kind == ErrorKind::corrupt, "whatever can't be read is corrupt");
    fuzz::require_presentable(state.error());
    return 0;
  }
  const std::string written = record::to_json(*state);
  const auto again = record::state_from_json(written);
  fuzz::require(again.has_value(), "what was written can be read");
  fuzz::require(record::to_json(*again) == written, "and is the same then");
  return 0;
}
