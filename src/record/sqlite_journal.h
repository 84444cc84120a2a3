// The journal in one SQLite file: WAL with synchronous=FULL (with NORMAL a committed intent could be lost
// with the power), BEGIN IMMEDIATE for every write. Refuses network file systems, whose locks can't be relied
// on.
#pragma once

#include <memory>
#include <string>

#include "record/journal.h"

namespace evenkeel::record {

// Opens or creates the file; ":memory:" keeps everything in the process. The directory must exist.
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path);

// Opens an existing file and never writes: for commands that only look. A missing file is `not_found`.
Result<std::unique_ptr<Store>> open_sqlite_read_only(const std::string& path);

}  // namespace evenkeel::record
