// The state file as the operating system sees it: where it may lie, how it comes to be, and whether it is
// still the one that was opened. Never opens the file itself: closing a descriptor would drop the locks that
// SQLite holds on it for the whole process (POSIX, fcntl).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

#include "base/result.h"

namespace evenkeel::record {

struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

// The name of the network file system with this number in statfs(2), whose locks SQLite can't rely on; empty
// for every other one.
std::string network_file_system(std::uint64_t statfs_type);

// `invalid` when the path lies on a network file system, in no directory, or is no regular file; `denied`
// when it can't be looked at. True: the file exists.
Result<bool> check_location(const std::string& path);

// Creates an empty file that only its owner may read and write. One that exists already is left alone.
Result<void> create_private(const std::string& path);

// Writes a new file that only its owner may read and write, whole or not at all. `invalid`: something has that
// name already, be it a symbolic link, or the file could not be written.
Result<void> write_new_private(const std::string& path, const std::string& text);

Result<FileIdentity> identity(const std::string& path);

// `corrupt` when the path no longer leads to that file.
Result<void> check_identity(const std::string& path, const FileIdentity& opened);

}  // namespace evenkeel::record
