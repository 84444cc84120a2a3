// Temporary credentials as JSON. The first byte chooses who wrote it.
#include "credentials/json.h"
#include "fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace evenkeel;
  if (size < 1) return 0;
  const auto from = static_cast<credentials::JsonFrom>(data[0] % 3);
  const auto text = fuzz::text_of(data + 1, size - 1);
  const auto session = credentials::read_credentials_json(text, from);
  if (!session) {
    fuzz::require_presentable(session.error());
    return 0;
  }
  const auto& keys = session->credentials;
  for (const auto& value : {keys.access_key_id, keys.secret_access_key, keys.session_token}) {
    fuzz::require(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
                  "a key is fit for a header");
  }
  fuzz::require(!keys.access_key_id.empty() && !keys.secret_access_key.empty(), "a session has both keys");
  return 0;
}
