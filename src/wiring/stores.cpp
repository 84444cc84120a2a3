#include "wiring/stores.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/text.h"
#include "record/dynamo_journal.h"
#include "record/sqlite_journal.h"
#include "wiring/own_caller.h"

namespace evenkeel::wiring {
namespace {

constexpr std::string_view kTable = "dynamodb://";
constexpr std::string_view kFile = "sqlite:";

std::unexpected<Error> refuse(const std::string& address, std::string_view what) {
  return fail(ErrorKind::invalid, fmt::format("--state {}: {}", printable(address), what));
}

// docs/aws.md, DynamoDB: DynamoDB's own rule for names of tables.
bool may_be_table(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return name.size() >= 3 && name.size() <= 255 && std::ranges::all_of(name, fits);
}

Result<std::unique_ptr<record::Store>> open_table(const std::string& address, Access access,
                                                  const credentials::Sources& sources,
                                                  const std::string& region) {
  auto table = address.substr(kTable.size());
  if (!may_be_table(table)) {
    return refuse(address,
                  "is no table; give dynamodb://NAME, the name alone: 3 to 255 letters, digits, '_', '-' and "
                  "'.' (its region is --region's or the environment's)");
  }
  auto caller = TRY(own_caller(sources, region));
  if (access == Access::read)
    return record::open_dynamo_read_only(std::move(*caller), sources.clock, std::move(table));
  return record::open_dynamo(std::move(*caller), sources.clock, std::move(table));
}

}  // namespace

Result<std::unique_ptr<record::Store>> open_state(const std::string& address, Access access,
                                                  const credentials::Sources& sources,
                                                  const std::string& region) {
  if (address.starts_with(kTable)) return open_table(address, access, sources, region);
  const auto path = address.starts_with(kFile) ? address.substr(kFile.size()) : address;
  if (path.find("://") != std::string::npos)
    return refuse(address, "is no such place; give PATH, sqlite:PATH or dynamodb://TABLE");
  if (path.empty() || path == ":memory:") {
    return refuse(address,
                  "the state must outlive the process, or members that were taken out would be forgotten; "
                  "give the path of a file, or dynamodb://TABLE");
  }
  return access == Access::write ? record::open_sqlite(path) : record::open_sqlite_read_only(path);
}

}  // namespace evenkeel::wiring
