#include "record/state_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/core.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "base/text.h"

namespace evenkeel::record {
namespace {

std::string directory_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

std::unexpected<Error> system_failure(const std::string& path, int number) {
  const auto reason = std::generic_category().message(number);
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return fail(ErrorKind::invalid,
                  fmt::format("state file {}: its directory doesn't exist; create {} first", printable(path),
                              printable(directory_of(path))));
    case EACCES:
    case EPERM:
    case EROFS:
      return fail(ErrorKind::denied,
                  fmt::format("state file {}: {}; give this user access to it and to its directory",
                              printable(path), reason));
    default:
      return fail(ErrorKind::unavailable,
                  fmt::format("state file {}: {}; check the disk it lies on", printable(path), reason));
  }
}

}  // namespace

std::string network_file_system(std::uint64_t statfs_type) {
  static constexpr std::array kTypes{
      std::pair{0x6969U, "NFS"},      std::pair{0x517BU, "SMB"},      std::pair{0xFE534D42U, "SMB2"},
      std::pair{0xFF534D42U, "CIFS"}, std::pair{0x00C36400U, "Ceph"}, std::pair{0x5346414FU, "AFS"},
      std::pair{0x6B414653U, "AFS"},
  };
  for (const auto& [type, name] : kTypes)
    if (type == (statfs_type & 0xFFFFFFFFU)) return name;
  return {};
}

Result<bool> check_location(const std::string& path) {
  if (path.empty()) return fail(ErrorKind::invalid, "state file: the path is empty; name a file");
  struct stat status{};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (!exists && errno != ENOENT) return system_failure(path, errno);
  if (exists && !S_ISREG(status.st_mode)) {
    return fail(
        ErrorKind::invalid,
        fmt::format("state file {}: is not a regular file; name a file in a directory that only this user "
                    "can write to",
                    printable(path)));
  }
  struct statfs system{};
  if (::statfs(exists ? path.c_str() : directory_of(path).c_str(), &system) != 0)
    return system_failure(path, errno);
  if (const auto network = network_file_system(static_cast<std::uint64_t>(system.f_type)); !network.empty()) {
    return fail(ErrorKind::invalid,
                fmt::format("state file {}: lies on a network file system ({}), whose locks can't keep two "
                            "programs from writing at once; put it on a disk of this machine",
                            printable(path), network));
  }
  return exists;
}

Result<void> create_private(const std::string& path) {
  // mknod makes the file without opening it, with its mode from the first moment on.
  if (::mknod(path.c_str(), S_IFREG | S_IRUSR | S_IWUSR, 0) != 0 && errno != EEXIST) {
    return system_failure(path, errno);
  }
  return {};
}

Result<void> write_new_private(const std::string& path, const std::string& text) {
  const auto refuse = [&](const std::string& what) {
    return fail(ErrorKind::invalid, fmt::format("{}: {}", printable(path), what));
  };
  const auto reason = [] { return std::generic_category().message(errno); };
  struct stat status{};
  if (::lstat(path.c_str(), &status) == 0) return refuse("is there already; name a file that isn't");
  // Under another name until it is whole; that name may be taken as well, and nothing is followed.
  const auto part = fmt::format("{}.part-{}", path, ::getpid());
  const int file =
      ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return refuse(fmt::format("can't be created: {}", reason()));
  std::string_view left = text;
  std::string failure;
  while (!left.empty() && failure.empty()) {
    const auto written = ::write(file, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      failure = reason();
    }
  }
  if (::fsync(file) != 0 && failure.empty()) failure = reason();
  if (::close(file) != 0 && failure.empty()) failure = reason();
  // Never over what is there by now.
  if (failure.empty() && ::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0)
    return {};
  const bool taken = failure.empty() && errno == EEXIST;
  if (failure.empty()) failure = reason();
  ::unlink(part.c_str());
  return refuse(taken ? "is there already; name a file that isn't"
                      : fmt::format("could not be written: {}", failure));
}

Result<FileIdentity> identity(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return system_failure(path, errno);
  return FileIdentity{status.st_dev, status.st_ino};
}

Result<void> check_identity(const std::string& path, const FileIdentity& opened) {
  const auto now = identity(path);
  if (now && *now == opened) return {};
  if (!now && now.error().kind != ErrorKind::invalid) return std::unexpected(now.error());
  return fail(
      ErrorKind::corrupt,
      fmt::format("state file {}: was {} while in use; nothing is started with it. Stop every Evenkeel on "
                  "this machine, put the right file in its place, and begin again",
                  printable(path), now ? "replaced" : "deleted"));
}

}  // namespace evenkeel::record
