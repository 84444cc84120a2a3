// CRC-32 (IEEE 802.3, the one of zlib and gzip): shows that a stored text is not the one that was written.
#pragma once

#include <cstdint>
#include <string_view>

namespace evenkeel {

std::uint32_t crc32(std::string_view bytes);

}  // namespace evenkeel
