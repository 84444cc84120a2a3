#include "sim/api/order.h"

#include <charconv>
#include <fmt/format.h>

#include "base/random.h"
#include "base/text.h"

namespace evenkeel::sim {

std::uint64_t hashed(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, stirred once more so that neighbours part
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return SeededRandom(hash ^ seed).next();
}

ApiResult<Page> page_of(std::size_t total, std::size_t size, const std::string& token,
                        const RequestParameters& parameters, const char* code) {
  const auto token_at = [&](std::size_t begin) {
    return fmt::format("{:x}.{:016x}", begin, hashed(std::to_string(begin), parameters.fingerprint()));
  };
  Page page;
  std::from_chars(token.data(), token.data() + token.size(), page.begin, 16);
  if (!token.empty() && token != token_at(page.begin))
    return refuse(400, code, "The token '" + printable(token) + "' is invalid");
  page.begin = std::min(page.begin, total);
  page.end = std::min(total, page.begin + size);
  if (page.end < total) page.next = token_at(page.end);
  return page;
}

}  // namespace evenkeel::sim
