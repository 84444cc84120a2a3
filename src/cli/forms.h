// What an operator gives, checked by its form before anything is done with it: a value of these types can only
// be made by its read(). What comes from a command line or from an event is the same then.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace evenkeel::cli {

// `invalid`: "FIELD: found \"TEXT\"; must be MUST". The text is made printable and cut.
std::unexpected<Error> refuse_field(std::string_view field, std::string_view text, std::string_view must);

// `field`, in all of these: what the operator calls it, "--fleet" or "\"fleet\"".
template <class Form>
class Formed {
 public:
  static Result<Formed> read(std::string_view field, std::string_view text) {
    if (!Form::fits(text)) return refuse_field(field, text, Form::kMust);
    return Formed{std::string(text)};
  }
  const std::string& text() const { return text_; }
  bool operator==(const Formed&) const = default;

 private:
  explicit Formed(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct InstanceIdForm {
  static bool fits(std::string_view text);
  static constexpr const char* kMust = "an instance's id, such as i-0123456789abcdef0";
};
using InstanceId = Formed<InstanceIdForm>;

struct FleetNameForm {
  static bool fits(std::string_view text);
  static constexpr const char* kMust =
      "a fleet's name: 1 to 64 letters, digits, dots, underscores and hyphens";
};
using FleetName = Formed<FleetNameForm>;

// Why something is asked for.
struct ReasonForm {
  static bool fits(std::string_view text);
  static constexpr const char* kMust =
      "a text of 1 to 1000 bytes on one line, in UTF-8, without control characters";
};
using ReasonText = Formed<ReasonForm>;

// Who asks for it.
struct AuthorForm {
  static bool fits(std::string_view text);
  static constexpr const char* kMust =
      "a text of 1 to 100 bytes on one line, in UTF-8, without control characters";
};
using Author = Formed<AuthorForm>;

// "2026-12-24T18:00:00Z".
Result<Time> read_time(std::string_view field, std::string_view text);
// How long a pause lasts: up to 366 days.
inline constexpr Duration kLongestPause = std::chrono::days{366};
Result<Duration> read_lasting(std::string_view field, std::string_view text);
inline constexpr int kMostEventsShown = 100'000;

Result<std::vector<FleetName>> read_fleets(std::string_view field, const std::vector<std::string>& texts);
std::vector<std::string> texts(const std::vector<FleetName>& names);

}  // namespace evenkeel::cli
