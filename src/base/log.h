// One line a fact, on standard error. The only place that knows spdlog. Messages hold ids, verdicts and
// reasons, never payloads or credentials; untrusted text goes through printable() first.
#pragma once

#include <string_view>

namespace evenkeel {

enum class LogLevel { debug, info, warning, error, off };

void set_log_level(LogLevel level);

void log_debug(std::string_view message);
void log_info(std::string_view message);
void log_warning(std::string_view message);
void log_error(std::string_view message);

}  // namespace evenkeel
