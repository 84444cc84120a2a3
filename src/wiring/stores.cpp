#include "wiring/stores.h"

#include <fmt/core.h>

#include "base/text.h"
#include "record/sqlite_journal.h"

namespace evenkeel::wiring {

Result<std::string> state_file(const std::string& address) {
  std::string path = address;
  if (path.starts_with("sqlite:")) path.erase(0, 7);
  if (path.find("://") != std::string::npos) {
    return fail(
        ErrorKind::invalid,
        fmt::format("--state {}: not in this version, which keeps its state in SQLite; give a path or "
                    "sqlite:PATH",
                    printable(address)));
  }
  if (path.empty() || path == ":memory:") {
    return fail(ErrorKind::invalid,
                fmt::format("--state {}: the state must outlive the process, or members that were taken out "
                            "would be forgotten; give the path of a file",
                            printable(address)));
  }
  return path;
}

Result<std::unique_ptr<record::Journal>> open_state(const std::string& address, Access access,
                                                    const wire::Sources& /*sources*/,
                                                    const std::string& /*region*/) {
  const auto path = TRY(state_file(address));
  return access == Access::write ? record::open_sqlite(path) : record::open_sqlite_read_only(path);
}

}  // namespace evenkeel::wiring
