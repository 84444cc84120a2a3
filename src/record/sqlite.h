// SQLite with our errors. Private to record/.
#pragma once

#include <cstdint>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace evenkeel::record {

class Statement {
 public:
  Statement(sqlite3_stmt* handle, const std::string& path) : handle_(handle), path_(&path) {}

  // Parameters are counted from 1. The text must outlive the next step.
  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, std::int64_t number);

  // Runs up to the next row. True: there is one.
  Result<bool> step();
  // Ready to run again; the bindings stay.
  void reset() { sqlite3_reset(handle_.get()); }

  // Columns are counted from 0.
  std::string text(int column) const;
  std::int64_t number(int column) const { return sqlite3_column_int64(handle_.get(), column); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  const std::string* path_;
};

class Database {
 public:
  // `flags` are sqlite3_open_v2's. A lock held by another process is waited for, 2 seconds at the most.
  static Result<std::unique_ptr<Database>> open(const std::string& path, int flags);

  // Reads the file as it lies there, without locks and without its write-ahead log: right only where nothing
  // writes it and the log is empty.
  static Result<std::unique_ptr<Database>> open_immutable(const std::string& path);

  // Leaves the write-ahead log alone when this connection is the last to close.
  void keep_log() { sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

  Result<Statement> prepare(std::string_view sql);
  // One statement without parameters and without rows that matter.
  Result<void> run(std::string_view sql);
  // The first column of the first row of a query that always has one.
  Result<std::int64_t> number(std::string_view sql);
  Result<std::string> text(std::string_view sql);

  const std::string& path() const { return path_; }
  int last_code() const { return sqlite3_errcode(handle_.get()); }
  std::int64_t last_id() const { return sqlite3_last_insert_rowid(handle_.get()); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  static Result<std::unique_ptr<Database>> open(const std::string& path, const std::string& name, int flags);
  explicit Database(std::string path) : path_(std::move(path)) {}

  std::string path_;  // Statements point to it, so a Database doesn't move
  std::unique_ptr<sqlite3, Close> handle_;
};

// Whatever isn't committed is rolled back.
class Transaction {
 public:
  // BEGIN IMMEDIATE: takes the one place of a writer at once.
  static Result<Transaction> write(Database& database);
  // All reads see the database at one moment.
  static Result<Transaction> read(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // `maybe_happened` when the disk failed in the middle of it.
  Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

// What SQLite's result code means to our callers, with the path and the remedy.
Error sqlite_error(const std::string& path, sqlite3* handle, int code);

// `corrupt`, with SQLite's words for what is broken.
Error damaged(const std::string& path, std::string_view detail);

}  // namespace evenkeel::record
