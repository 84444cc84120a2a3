// The form in a call's body, as the simulated account reads it. The first byte chooses the service.
#include "fuzz/property.h"
#include "sim/api/parameters.h"
#include "wire/query.h"

namespace {

using namespace evenkeel;
using fuzz::require;

void read_all(sim::RequestParameters& parameters) {
  parameters.integer("MaxRecords", 1, 400);
  parameters.flag("DryRun", false);
  parameters.time("StartTime");
  parameters.required("Action");
  bool whole = true;
  for (const auto& value : parameters.list("Names.member")) whole = whole && !value.empty();
  for (const auto& prefix : parameters.structures("Targets.member")) parameters.text(prefix + ".Id");
  require(whole || !parameters.finish(), "an empty value in a list is refused");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto service = static_cast<sim::ApiService>(data[0] % 5);
  const auto form = fuzz::text_of(data + 1, size - 1);
  auto parameters = sim::RequestParameters::read(form, service);
  if (!parameters) return 0;
  read_all(*parameters);

  // The client's writing of one of its values is read back as that value.
  const auto value = parameters->text("Names.member.1");
  if (!value) return 0;
  wire::Parameters written;
  written.add("Names.member.1", *value);
  auto again = sim::RequestParameters::read(written.form(), service);
  require(again && again->text("Names.member.1") == value, "what one side writes the other reads");
  return 0;
}
