// The account's own reading of AWS's request side: who signed, and what is asked for. docs/aws.md, The wire.
#pragma once

#include "sim/api/keys.h"
#include "sim/api/parameters.h"
#include "wire/transport.h"

namespace evenkeel::sim {

struct ServiceNames {
  const char* scope;                  // in the credential scope of a signature
  const char* iam;                    // before the colon in "ec2:RebootInstances"
  const char* version;                // the API version that is spoken
  const char* xml_space;              // of the answers in XML; nullptr: it speaks JSON alone
  const char* json_type = nullptr;    // where it speaks JSON: the type of its bodies
  const char* json_target = nullptr;  // and what stands before the action in X-Amz-Target
};
const ServiceNames& names(ApiService service);
bool uses_json(ApiService service);  // and nothing else

// CloudWatch speaks each of them (smithy-rpc-v2-cbor is `cbor`), the other services one.
enum class ApiProtocol { query, json, cbor };

// What a refusal's shape depends on.
struct Dialect {
  std::optional<ApiService> service;  // none when nothing could be read
  ApiProtocol protocol = ApiProtocol::query;
  bool query_mode = false;  // the client wants the Query protocol's code besides (x-amzn-query-mode)
};

struct ApiCall {
  ApiService service = ApiService::ec2;
  std::string action;
  RequestParameters parameters;
  const IssuedKey* caller = nullptr;  // who signed; nullptr for the one action that is not signed
  Time client_now{};                  // the account's time, or the other one if it was signed with that
  Dialect dialect{};
};

struct RefusedCall {
  Dialect dialect;
  ApiRefusal refusal;
};

inline constexpr Duration kSignatureValidity{300'000};  // either side of the account's time
inline constexpr std::size_t kLargestBody = 1 << 20;

// AssumeRoleWithWebIdentity alone may come without a signature. `other_now`: a second time that X-Amz-Date
// may be near to, for clients that sign with their machine's clock.
std::expected<ApiCall, RefusedCall> read_call(const wire::Request& request, const Keys& keys,
                                              const Account& account, std::optional<Time> other_now);

}  // namespace evenkeel::sim
