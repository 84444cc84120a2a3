#include "sim/api/request.h"

#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "sim/api/cbor.h"
#include "sim/api/signature.h"
#include "sim/api/typed_members.h"

namespace evenkeel::sim {
namespace {

constexpr ApiService kServices[] = {ApiService::ec2,        ApiService::elbv2, ApiService::auto_scaling,
                                    ApiService::cloudwatch, ApiService::sts,   ApiService::sns,
                                    ApiService::dynamodb,   ApiService::ssm};

std::optional<ApiService> service_of(std::string_view scope) {
  for (const ApiService service : kServices) {
    if (scope == names(service).scope) return service;
  }
  return std::nullopt;
}

// The service that a JSON call's X-Amz-Target names.
std::optional<ApiService> target_service(const wire::Request& request) {
  const std::string target = canonical_header(request, "x-amz-target").value_or("");
  for (const ApiService service : kServices) {
    if (names(service).json_target && target.starts_with(names(service).json_target)) return service;
  }
  return std::nullopt;
}

std::string url_path_of(const wire::Request& request) {
  const std::size_t scheme = request.url.find("://");
  const std::size_t path = request.url.find_first_of("/?#", scheme == std::string::npos ? 0 : scheme + 3);
  return path == std::string::npos ? "/" : request.url.substr(path);
}

Dialect dialect_of(const wire::Request& request, std::optional<ApiService> service) {
  Dialect dialect{service};
  if (service && uses_json(*service)) dialect.protocol = ApiProtocol::json;
  if (service != ApiService::cloudwatch) return dialect;
  const bool query_type =
      lower(canonical_header(request, "content-type").value_or("")).find("urlencoded") != std::string::npos;
  if (canonical_header(request, "smithy-protocol")) {
    dialect.protocol = ApiProtocol::cbor;
  } else if (!query_type && canonical_header(request, "x-amz-target")) {
    dialect.protocol = ApiProtocol::json;
  }
  dialect.query_mode = canonical_header(request, "x-amzn-query-mode") == "true";
  return dialect;
}

std::optional<Time> parse_amz_date(const std::string& text) {
  if (text.size() != 16) return std::nullopt;
  return parse_iso8601(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 5) + ":" +
                       text.substr(11, 2) + ":" + text.substr(13));
}

ApiResult<void> check_age(ApiService service, Time signed_at, Time now) {
  if (std::chrono::abs(signed_at - now) <= kSignatureValidity) return {};
  if (service == ApiService::ec2) return refuse(400, "RequestExpired", "Request has expired.");
  const bool late = signed_at < now;
  const Time limit = late ? now - kSignatureValidity : now + kSignatureValidity;
  return refuse(403, "SignatureDoesNotMatch",
                (late ? "Signature expired: " : "Signature not yet current: ") + amz_date(signed_at) +
                    (late ? " is now earlier than " : " is still later than ") + amz_date(limit) + " (" +
                    amz_date(now) + (late ? " - 5 min.)" : " + 5 min.)"));
}

bool signs_enough(const wire::Request& request, const std::vector<std::string>& signed_headers) {
  return contains(signed_headers, "host") && contains(signed_headers, "x-amz-date") &&
         std::ranges::all_of(request.headers, [&](const auto& header) {
           const std::string name = lower(header.first);
           return !name.starts_with("x-amz-") || contains(signed_headers, name);
         });
}

// Whose key it is, and by which of the two times it was signed.
struct Signed {
  const IssuedKey* key;
  Time now;
};

ApiResult<Signed> authenticate(const wire::Request& request, const Authorization& authorization,
                               ApiService service, const Keys& keys, const Account& account,
                               std::optional<Time> other_now) {
  const bool ec2 = service == ApiService::ec2;
  const std::string date = canonical_header(request, "x-amz-date").value_or("");
  const auto signed_at = parse_amz_date(date);
  if (!signed_at || !signs_enough(request, authorization.signed_headers))
    return refuse(400, "IncompleteSignature",
                  "Authorization needs a valid X-Amz-Date; host and every x-amz- header must be signed.");
  const IssuedKey* key = keys.find(authorization.access_key_id);
  if (!key || canonical_header(request, "x-amz-security-token").value_or("") != key->token)
    return ec2 ? refuse(401, "AuthFailure", "AWS was not able to validate the provided access credentials")
               : refuse(403, "InvalidClientTokenId",
                        "The security token included in the request is invalid.");
  if (authorization.region != account.region || authorization.date != date.substr(0, 8))
    return refuse(ec2 ? 401 : 403, ec2 ? "AuthFailure" : "SignatureDoesNotMatch",
                  "Credential should be scoped to a valid region, and to the day of X-Amz-Date.");
  if (expected_signature(request, authorization, date, key->secret) != authorization.signature)
    return refuse(403, "SignatureDoesNotMatch",
                  "The request signature we calculated does not match the signature you provided. Check your "
                  "AWS Secret Access Key and signing method. Consult the service documentation for details.");
  if (key->ends && account.now() >= *key->ends)
    return ec2 ? refuse(400, "RequestExpired", "Request has expired.")
               : refuse(403, "ExpiredToken", "The security token included in the request is expired");
  if (other_now && check_age(service, *signed_at, *other_now)) return Signed{key, *other_now};
  TRY_VOID(check_age(service, *signed_at, account.now()));
  return Signed{key, account.now()};
}

// The one action that proves itself by a parameter.
bool is_unsigned_action(const wire::Request& request) {
  const auto parameters = RequestParameters::read(request.body, ApiService::sts);
  return parameters && RequestParameters(*parameters).text("Action") == "AssumeRoleWithWebIdentity";
}

const std::string kOperationPath = "/service/GraniteServiceVersion20100801/operation/";

ApiResult<void> check_cbor_shape(const wire::Request& request) {
  const std::string path = url_path_of(request);
  const bool fits = path.starts_with(kOperationPath) &&
                    path.find_first_of("/?#", kOperationPath.size()) == std::string::npos &&
                    canonical_header(request, "smithy-protocol") == "rpc-v2-cbor" &&
                    lower(canonical_header(request, "content-type").value_or("")) == "application/cbor";
  if (request.method == "POST" && fits) return {};
  return refuse(404, "UnknownOperationException",
                "smithy-protocol must be rpc-v2-cbor: POST " + kOperationPath +
                    "NAME with a body of type application/cbor.");
}

ApiResult<void> check_shape(const wire::Request& request, const Dialect& dialect) {
  if (request.body.size() > kLargestBody)
    return refuse(413, "RequestEntityTooLarge", "The request's body is longer than 1 MiB");
  if (dialect.protocol == ApiProtocol::cbor) return check_cbor_shape(request);
  const std::string type = lower(canonical_header(request, "content-type").value_or(""));
  const bool json = dialect.protocol == ApiProtocol::json;
  const bool fits = json ? type == names(*dialect.service).json_type
                         : trim(split(type, ';').front()) == "application/x-www-form-urlencoded";
  if (request.method == "POST" && url_path_of(request) == "/" && fits) return {};
  if (json)
    return refuse(404, "UnknownOperationException",
                  std::string("This service speaks JSON: POST / with a body of type ") +
                      names(*dialect.service).json_type + ", and no query string.");
  return refuse(
      404, "UnknownOperationException",
      "This account speaks AWS's Query protocols: POST / with a body of type "
      "application/x-www-form-urlencoded, and no query string; and JSON to DynamoDB and SSM. To CloudWatch it "
      "also speaks JSON 1.0 and smithy-rpc-v2-cbor.");
}

// JSON's and CBOR's names for what the others say in Query's.
RefusedCall in_the_words_of(const Dialect& dialect, ApiRefusal refusal) {
  static const std::map<std::string, std::string> codes = {
      {"ExpiredToken", "ExpiredTokenException"},
      {"IncompleteSignature", "IncompleteSignatureException"},
      {"InvalidClientTokenId", "UnrecognizedClientException"},
      {"MissingAuthenticationToken", "MissingAuthenticationTokenException"},
      {"SignatureDoesNotMatch", "InvalidSignatureException"}};
  const auto found = codes.find(refusal.code);
  if (dialect.protocol != ApiProtocol::query && found != codes.end())
    refusal = {400, found->second, std::move(refusal.message)};
  return {dialect, std::move(refusal)};
}

ApiResult<ApiCall> read_form(ApiService service, const wire::Request& request) {
  RequestParameters parameters = TRY(RequestParameters::read(request.body, service));
  const std::string action = parameters.text("Action").value_or("");
  if (action.empty()) return refuse(400, "MissingAction", "The request has no parameter Action");
  const auto version = parameters.text("Version");
  if (service == ApiService::elbv2 && version == names(ApiService::elb).version) service = ApiService::elb;
  if (version != names(service).version)
    return refuse(400, "NoSuchVersion", std::string("Version must be ") + names(service).version);
  return ApiCall{service, action, std::move(parameters)};
}

ApiResult<ApiCall> read_json(ApiService service, const wire::Request& request) {
  const std::string target = canonical_header(request, "x-amz-target").value_or("");
  const std::string_view start = names(service).json_target;
  if (!target.starts_with(start))
    return refuse(400, "UnknownOperationException",
                  "X-Amz-Target must be " + std::string(start) + " with an action behind it");
  const Json body = TRY(read_json_object(request.body));
  return ApiCall{service, target.substr(start.size()), TRY(typed_parameters(body, service))};
}

ApiResult<ApiCall> read_cbor_call(ApiService service, const wire::Request& request) {
  const Json body = TRY(read_cbor(request.body, is_time));
  RequestParameters parameters = TRY(typed_parameters(body, service));
  return ApiCall{service, url_path_of(request).substr(kOperationPath.size()), std::move(parameters)};
}

ApiResult<ApiCall> read_body(const Dialect& dialect, const wire::Request& request) {
  if (dialect.protocol == ApiProtocol::json) return read_json(*dialect.service, request);
  return dialect.protocol == ApiProtocol::cbor ? read_cbor_call(*dialect.service, request)
                                               : read_form(*dialect.service, request);
}

}  // namespace

const ServiceNames& names(ApiService service) {
  static constexpr ServiceNames kNames[] = {
      {"ec2", "ec2", "2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15/"},
      {"elasticloadbalancing", "elasticloadbalancing", "2015-12-01",
       "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"},
      {"autoscaling", "autoscaling", "2011-01-01", "http://autoscaling.amazonaws.com/doc/2011-01-01/"},
      {"monitoring", "cloudwatch", "2010-08-01", "http://monitoring.amazonaws.com/doc/2010-08-01/",
       "application/x-amz-json-1.0", "GraniteServiceVersion20100801."},
      {"sts", "sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/"},
      {"sns", "sns", "2010-03-31", "http://sns.amazonaws.com/doc/2010-03-31/"},
      {"dynamodb", "dynamodb", "2012-08-10", nullptr, "application/x-amz-json-1.0", "DynamoDB_20120810."},
      {"ssm", "ssm", "2014-11-06", nullptr, "application/x-amz-json-1.1", "AmazonSSM."},
      {"elasticloadbalancing", "elasticloadbalancing", "2012-06-01",
       "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/"}};
  return kNames[static_cast<std::size_t>(service)];
}

bool uses_json(ApiService service) { return names(service).xml_space == nullptr; }

std::expected<ApiCall, RefusedCall> read_call(const wire::Request& request, const Keys& keys,
                                              const Account& account, std::optional<Time> other_now) {
  Dialect dialect;
  const auto read = [&]() -> ApiResult<ApiCall> {
    std::optional<ApiService>& service = dialect.service;
    const std::string* header = wire::find_header(request.headers, "authorization");
    const auto authorization = header ? parse_authorization(*header) : std::nullopt;
    dialect =
        dialect_of(request, authorization ? service_of(authorization->service) : target_service(request));
    TRY_VOID(check_shape(request, dialect));
    Signed caller{nullptr, other_now.value_or(account.now())};
    const bool needs_no_signature = !header && !service && is_unsigned_action(request);
    if (needs_no_signature) service = ApiService::sts;
    if (!header && !needs_no_signature)
      return refuse(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
    if (header && !authorization)
      return refuse(400, "IncompleteSignature", "The Authorization header is not one of Signature V4");
    if (!service)
      return refuse(403, "SignatureDoesNotMatch", "Credential should be scoped to correct service.");
    if (header) caller = TRY(authenticate(request, *authorization, *service, keys, account, other_now));
    ApiCall call = TRY(read_body(dialect, request));
    call.caller = caller.key;
    call.client_now = caller.now;
    call.dialect = dialect;
    return call;
  };
  auto call = read();
  if (call) return std::move(*call);
  return std::unexpected(in_the_words_of(dialect, std::move(call.error())));
}

}  // namespace evenkeel::sim
