// Reading lists that AWS cuts into pages and into chunks of ids: side by side, bounded, never endless.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "aws/dated.h"
#include "wire/caller.h"

namespace evenkeel::aws {

inline constexpr int kMaxPages = 100;

// Takes in one page of the call with that index, and returns the next page's token: empty after the last
// page.
using ReadPage = std::function<Result<std::string>(std::size_t index, const wire::Element& result)>;

// Sends all calls side by side, then the next page of each that has one, with the same parameters and the
// token. One result per call: the oldest Date of its pages, or its first error. `invalid`: a token that comes
// back a second time, or more than kMaxPages pages.
std::vector<Result<Time>> read_pages(wire::Caller& caller, std::span<const wire::Call> calls,
                                     const std::string& token_parameter, const ReadPage& read);
// For calls without pages: `read` is called once per call.
std::vector<Result<Time>> read_all(
    wire::Caller& caller, std::span<const wire::Call> calls,
    const std::function<Result<void>(std::size_t index, const wire::Element& result)>& read);

// The first error, or the oldest Date. There must be at least one.
Result<Time> oldest(std::span<const Result<Time>> dates);

std::vector<std::span<const std::string>> chunks(std::span<const std::string> all, std::size_t size);

// Asking AWS for an empty list of ids means asking for everything, so it is refused: `invalid`.
Result<void> require_some(std::size_t count, const char* action, const char* what);

// Sends a call that changes the world. Sets what makes it one. Where `accepts` looks at the answer and
// doesn't find what it must say, the outcome is `maybe_happened`.
using Accepts = std::function<bool(const wire::Answer& answer)>;
Mutation mutate(wire::Caller& caller, wire::Call call, Time sign_at, std::string nonce,
                const Accepts& accepts = {});

}  // namespace evenkeel::aws
