"""Planted bugs of who we are to AWS and of what is stored."""

from .bug import Bug

BUGS = [
    # Credentials
    Bug("gives up a web identity whose provider could not be reached for a moment", "wire/retry.cpp",
        'lower(message).find("retrieve verification key") != std::string::npos', "message.empty()"),
    Bug("tries a token again that is no good", "wire/retry.cpp",
        'lower(message).find("retrieve verification key") != std::string::npos', "!message.empty()"),
    Bug("drops an instance's credentials at their end although no other can be had", "wire/identity.cpp",
        "const bool kept = session_ && session_->past_its_end;", "const bool kept = false;"),
    Bug("signs with ended credentials that nobody takes", "wire/identity.cpp",
        "const bool kept = session_ && session_->past_its_end;", "const bool kept = session_.has_value();"),
    Bug("never says that an instance's credentials may outlive their end", "credentials/imds.cpp",
        "  session->past_its_end = true;\n", ""),
    Bug("takes the end of credentials for UTC whatever zone it names", "credentials/expiration.cpp",
        "  return *time - *offset;\n", "  return *time;\n"),
    Bug("takes an end without a zone for UTC", "credentials/expiration.cpp",
        "if (zone == std::string::npos) return std::nullopt;",
        'if (zone == std::string::npos) return parse_iso8601(local + "Z");'),
    # CloudWatch
    Bug("asks for a series under another order of its dimensions", "aws/cloudwatch.cpp",
        "  return metric;\n}\n\nvoid add_query", "  std::ranges::sort(metric.dimensions);\n  return metric;\n}\n\nvoid add_query"),
    # The journal
    Bug("trims the history of the fleet that writes alone", "record/sqlite_journal.cpp",
        '"SELECT DISTINCT fleet FROM event"', '"SELECT fleet FROM event ORDER BY id DESC LIMIT 1"'),
    Bug("calls a state invalid that is only too large", "record/sqlite_journal.cpp",
        "ErrorKind::rejected,", "ErrorKind::invalid,"),
    Bug("shows a password that stands in a URL", "wire/endpoint.cpp",
        "text.remove_prefix(at);", "if (at == 0) text.remove_prefix(at);"),
]
