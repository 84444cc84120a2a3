// Result<T>: a value or an Error. Fallible functions return it; exceptions are for programmers' errors and
// are caught once, in main.
#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace evenkeel {

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorKind kind, std::string message, std::string code = {}) {
  return std::unexpected(Error{kind, std::move(message), std::move(code)});
}

// The value, moved out. By value on purpose: see TRY.
template <class T, class E>
T take(std::expected<T, E>&& result) {
  return *std::move(result);
}

}  // namespace evenkeel

// TRY(expr): the value of a Result, or leaves the function with its error.
// The last expression is a prvalue: from an rvalue reference GCC 12 gives an empty value inside some lambdas.
#define TRY(expression)                                       \
  __extension__({                                             \
    auto try_result_ = (expression);                          \
    if (!try_result_) [[unlikely]]                            \
      return std::unexpected(std::move(try_result_).error()); \
    ::evenkeel::take(std::move(try_result_));                 \
  })

// TRY_VOID(expr): the same for Result<void>.
#define TRY_VOID(expression)                                  \
  do {                                                        \
    auto try_result_ = (expression);                          \
    if (!try_result_) [[unlikely]]                            \
      return std::unexpected(std::move(try_result_).error()); \
  } while (false)
