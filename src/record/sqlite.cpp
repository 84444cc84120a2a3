#include "record/sqlite.h"

#include <fmt/core.h>
#include <utility>

#include "base/text.h"
#include "record/journal.h"

namespace evenkeel::record {
namespace {

constexpr int kBusyMilliseconds = 2000;

}  // namespace

Error sqlite_error(const std::string& path, sqlite3* handle, int code) {
  const auto say = [&](ErrorKind kind, std::string_view what, const char* error_code = kStoreCode) {
    const char* detail = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
    return Error{kind,
                 fmt::format("state file {}: {} (SQLite: {})", printable(path), what, printable(detail)),
                 error_code};
  };
  const int exact = handle != nullptr ? sqlite3_extended_errcode(handle) : code;
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return say(ErrorKind::unavailable,
                 "another program has kept it locked for longer than 2s; nothing was stored, and the next "
                 "tick tries "
                 "again. Should it go on, look for a backup tool or an sqlite3 shell that holds it");
    case SQLITE_FULL:
      return say(ErrorKind::unavailable, "the disk is full; nothing was stored. Free some space",
                 kReadOnlyCode);
    case SQLITE_NOMEM:
      return say(ErrorKind::unavailable, "there is no memory left; nothing was stored");
    case SQLITE_IOERR:
      // The index of the write-ahead log could not grow, for which SQLite has no other word.
      if (exact == SQLITE_IOERR_SHMSIZE) {
        return say(
            ErrorKind::unavailable,
            "nothing more can be written beside it: is the disk full? Nothing was stored. Free some space",
            kReadOnlyCode);
      }
      return say(ErrorKind::unavailable, "the disk can't be read or written; check it and its file system");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return say(
          ErrorKind::denied,
          "can't be opened or written; make it, and the directory that it lies in, writable for this user",
          kReadOnlyCode);
    case SQLITE_NOTADB:
      return say(ErrorKind::corrupt,
                 "is not an SQLite database; nothing is started with it. Name Evenkeel's own state file, or "
                 "put back the last good copy");
    default:
      return damaged(path, handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
  }
}

Error damaged(const std::string& path, std::string_view detail) {
  return {ErrorKind::corrupt,
          fmt::format(
              "state file {}: is damaged; nothing is started with it. Put back the last good copy; without "
              "one, make sure that no server is missing from its target groups before you begin with "
              "an empty state (SQLite: {})",
              printable(path), printable(detail)),
          kStoreCode};
}

Statement& Statement::bind(int parameter, std::string_view text) {
  // SQLite reads a null pointer as NULL, which an empty view may be.
  sqlite3_bind_text64(handle_.get(), parameter, text.data() == nullptr ? "" : text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t number) {
  sqlite3_bind_int64(handle_.get(), parameter, number);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(sqlite_error(*path_, sqlite3_db_handle(handle_.get()), code));
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  const int length = sqlite3_column_bytes(handle_.get(), column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(length));
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, int flags) {
  return open(path, path, flags);
}

Result<std::unique_ptr<Database>> Database::open_immutable(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '-' || c == '_' || c == '.';
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return open(path, uri + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, const std::string& name,
                                                 int flags) {
  std::unique_ptr<Database> database(new Database(path));
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
  database->handle_.reset(handle);
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(path, handle, code));
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(path_, handle_.get(), code));
  return Statement(statement, path_);
}

Result<void> Database::run(std::string_view sql) {
  Statement statement = TRY(prepare(sql));
  TRY_VOID(statement.step());
  return {};
}

Result<std::int64_t> Database::number(std::string_view sql) {
  Statement statement = TRY(prepare(sql));
  TRY_VOID(statement.step());
  return statement.number(0);
}

Result<std::string> Database::text(std::string_view sql) {
  Statement statement = TRY(prepare(sql));
  TRY_VOID(statement.step());
  return statement.text(0);
}

Result<Transaction> Transaction::write(Database& database) {
  TRY_VOID(database.run("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Result<Transaction> Transaction::read(Database& database) {
  TRY_VOID(database.run("BEGIN"));
  return Transaction(database);
}

Transaction::~Transaction() {
  // SQLite itself has already rolled back after some errors; then this one says so, which is no error.
  if (database_ == nullptr) return;
  [[maybe_unused]] const auto rolled_back = database_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
  auto committed = database_->run("COMMIT");
  if (committed) {
    database_ = nullptr;
    return {};
  }
  Error error = std::move(committed).error();
  const int code = database_->last_code();
  // The commit may have reached the disk although its confirmation failed, and come to light after a restart.
  if ((code & 0xFF) == SQLITE_IOERR) error.kind = ErrorKind::maybe_happened;
  return std::unexpected(std::move(error));
}

}  // namespace evenkeel::record
