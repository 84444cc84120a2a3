// The files of AWS's own tools, ~/.aws/config and ~/.aws/credentials.
#include "fuzz/property.h"
#include "wire/shared_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace evenkeel;
  const auto sections = wire::parse_ini(fuzz::text_of(data, size), "config");
  if (!sections) {
    fuzz::require_presentable(sections.error());
    fuzz::require(sections.error().message.starts_with("config:"), "an error names its place");
    return 0;
  }
  // What was read has one plain spelling, which is read as the same.
  std::string plain;
  for (const auto& [name, settings] : *sections) {
    plain += "[" + name + "]\n";
    for (const auto& [key, value] : settings) {
      if (key.find('.') != std::string::npos || value.empty()) return 0;
      plain += key + " = " + value + "\n";
    }
  }
  const auto again = wire::parse_ini(plain, "config");
  fuzz::require(again && *again == *sections, "sections are read back as they were");
  return 0;
}
