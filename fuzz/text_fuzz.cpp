// Times, durations and untrusted text: what headers, answers, policies and scenarios are made of.
#include "fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace evenkeel;
  using fuzz::require;
  const auto text = fuzz::text_of(data, size);
  const auto last = parse_iso8601("9999-12-31T23:59:59Z").value();
  if (const auto time = parse_iso8601(text); time && *time <= last) {
    require(parse_iso8601(iso8601(*time)) == time, "a time is read back as it was");
  }
  if (const auto time = parse_http_date(text); time && *time <= last) {
    require(parse_http_date(http_date(*time)) == time, "a Date is read back as it was");
  }
  if (const auto duration = parse_duration(text)) {
    require(parse_duration(format_duration(*duration)) == duration, "a duration is read back as it was");
  }
  const auto shown = printable(text, 100);
  require(shown.size() < 100 + 32, "printable() keeps its limit");
  const auto whole = printable(text, 4 * size + 1);
  require(printable(whole, whole.size() + 1) == whole, "what was made printable is printable");
  require(join(split(text, ','), ",") == text, "split() loses nothing");
  require(lower(lower(text)) == lower(text), "lower() is done at once");
  return 0;
}
