// AWS's own protocol cases, as botocore keeps them (docs/aws.md, The wire): each is written or read with the same
// functions that the AWS clients above use. A case that doesn't fit what we use is named below with its
// reason; one that is neither passed nor named fails.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "base/text.h"
#include "wire/answer.h"
#include "wire/query.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::wire {
namespace {

using Json = nlohmann::json;
using Reasons = std::map<std::string, std::string>;

constexpr const char* kFolder = EVENKEEL_SOURCE_DIR "/../shared/data/protocol-tests/";

constexpr const char* kHost = "no action of ours has a host prefix or a path";
constexpr const char* kGzip = "requests are not compressed";
constexpr const char* kToken = "no action of ours takes an idempotency token";
constexpr const char* kMap = "no parameter and no answer of ours is a map";
constexpr const char* kFraction = "no parameter of ours is a fraction";
constexpr const char* kBlob = "no parameter of ours is binary, and of a binary answer only emptiness is read";

const Reasons& not_written() {
  static const Reasons kReasons = {
      {"AwsQueryEndpointTrait", kHost},
      {"AwsQueryEndpointTraitWithHostLabel", kHost},
      {"QueryHostWithPath", kHost},
      {"SDKAppliedContentEncoding_awsQuery", kGzip},
      {"SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery", kGzip},
      {"QueryProtocolIdempotencyTokenAutoFill", kToken},
      {"EmptyQueryLists", "an empty list is refused before it is written: AWS may take it for everything"},
      {"QueryListArgWithXmlNameMember", "the lists of our services are numbered .member.N"},
      {"QuerySimpleQueryMaps", kMap},
      {"QuerySimpleQueryMapsWithXmlName", kMap},
      {"QueryComplexQueryMaps", kMap},
      {"QueryEmptyQueryMaps", kMap},
      {"QueryQueryMapWithMemberXmlName", kMap},
      {"QueryFlattenedQueryMaps", kMap},
      {"QueryFlattenedQueryMapsWithXmlName", kMap},
      {"QueryQueryMapOfLists", kMap},
      {"QueryNestedStructWithMap", kMap},
      {"QuerySimpleInputParamsFloat", kFraction},
      {"AwsQuerySupportsNaNFloatInputs", kFraction},
      {"AwsQuerySupportsInfinityFloatInputs", kFraction},
      {"AwsQuerySupportsNegativeInfinityFloatInputs", kFraction},
      {"QuerySimpleInputParamsBlob", kBlob},
      {"Ec2QueryEndpointTrait", kHost},
      {"Ec2QueryEndpointTraitWithHostLabel", kHost},
      {"Ec2QueryHostWithPath", kHost},
      {"SDKAppliedContentEncoding_ec2Query", kGzip},
      {"SDKAppendsGzipAndIgnoresHttpProvidedEncoding_ec2Query", kGzip},
      {"Ec2ProtocolIdempotencyTokenAutoFill", kToken},
      {"Ec2SimpleInputParamsFloat", kFraction},
      {"Ec2QuerySupportsNaNFloatInputs", kFraction},
      {"Ec2QuerySupportsInfinityFloatInputs", kFraction},
      {"Ec2QuerySupportsNegativeInfinityFloatInputs", kFraction},
      {"Ec2SimpleInputParamsBlob", kBlob},
  };
  return kReasons;
}

const Reasons& not_read() {
  static const Reasons kReasons = {
      {"QueryQueryFlattenedXmlMap", kMap},
      {"QueryQueryFlattenedXmlMapWithXmlName", kMap},
      {"QueryQueryFlattenedXmlMapWithXmlNamespace", kMap},
      {"QueryXmlEmptyMaps", kMap},
      {"QueryXmlEmptySelfClosedMaps", kMap},
      {"QueryXmlMaps", kMap},
      {"QueryQueryXmlMapsXmlName", kMap},
      {"QueryXmlBlobs", kBlob},
      {"QueryXmlEmptyBlobs", kBlob},
      {"QueryXmlEmptySelfClosedBlobs", kBlob},
      {"Ec2XmlBlobs", kBlob},
      {"Ec2XmlEmptyBlobs", kBlob},
      {"Ec2XmlEmptySelfClosedBlobs", kBlob},
  };
  return kReasons;
}

constexpr const char* kOffset = "AWS writes its times in UTC; a time with another offset is taken for none";
constexpr const char* kFormat = "our services write their times as ISO 8601; anything else is taken for none";
constexpr const char* kFinite = "a metric that is no finite number must not count as a sample";
constexpr const char* kEmpty = "our services wrap even nothing in an envelope; an empty body is no answer";

// Cases that other clients accept and that must be an error here.
const Reasons& refused() {
  static const Reasons kReasons = {
      {"AwsQueryDateTimeWithNegativeOffset", kOffset},
      {"AwsQueryDateTimeWithPositiveOffset", kOffset},
      {"Ec2QueryDateTimeWithNegativeOffset", kOffset},
      {"Ec2QueryDateTimeWithPositiveOffset", kOffset},
      {"QueryXmlTimestampsWithEpochSecondsFormat", kFormat},
      {"QueryXmlTimestampsWithEpochSecondsOnTargetFormat", kFormat},
      {"QueryXmlTimestampsWithHttpDateFormat", kFormat},
      {"QueryXmlTimestampsWithHttpDateOnTargetFormat", kFormat},
      {"Ec2XmlTimestampsWithEpochSecondsFormat", kFormat},
      {"Ec2XmlTimestampsWithEpochSecondsOnTargetFormat", kFormat},
      {"Ec2XmlTimestampsWithHttpDateFormat", kFormat},
      {"Ec2XmlTimestampsWithHttpDateOnTargetFormat", kFormat},
      {"AwsQuerySupportsNaNFloatOutputs", kFinite},
      {"AwsQuerySupportsInfinityFloatOutputs", kFinite},
      {"AwsQuerySupportsNegativeInfinityFloatOutputs", kFinite},
      {"Ec2QuerySupportsNaNFloatOutputs", kFinite},
      {"Ec2QuerySupportsInfinityFloatOutputs", kFinite},
      {"Ec2QuerySupportsNegativeInfinityFloatOutputs", kFinite},
      {"QueryEmptyInputAndEmptyOutput", kEmpty},
      {"QueryNoInputAndNoOutput", kEmpty},
      {"QueryNoInputAndOutput", kEmpty},
  };
  return kReasons;
}

struct Suite {
  const Json& shapes;
  Protocol protocol;

  const Json& shape(const Json& reference) const { return shapes.at(reference.at("shape")); }
  std::string type(const Json& reference) const { return shape(reference).at("type"); }
};

// ---- Writing ----------------------------------------------------------------------------------------------

std::string parameter_name(const Suite& suite, const std::string& member, const Json& reference) {
  if (suite.protocol == Protocol::ec2 && reference.contains("queryName")) return reference["queryName"];
  std::string name = reference.value("locationName", member);
  if (suite.protocol == Protocol::ec2) name[0] = static_cast<char>(std::toupper(name[0]));
  return name;
}

void write(const Suite& suite, const std::string& name, const Json& reference, const Json& value,
           Parameters& parameters);

void write_structure(const Suite& suite, const std::string& prefix, const Json& shape, const Json& values,
                     Parameters& parameters) {
  for (const auto& [member, value] : values.items()) {
    const Json& reference = shape.at("members").at(member);
    write(suite, prefix + parameter_name(suite, member, reference), reference, value, parameters);
  }
}

void write_list(const Suite& suite, const std::string& name, const Json& reference, const Json& values,
                Parameters& parameters) {
  const bool plain = suite.protocol == Protocol::ec2 || reference.value("flattened", false);
  const Json& item = suite.shape(reference).at("member");
  if (suite.type(item) == "string") {
    const auto texts = values.get<std::vector<std::string>>();
    plain ? parameters.add_list(name, texts) : parameters.add_members(name, texts);
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string place = plain ? name + "." + std::to_string(i + 1) : member(name, i + 1);
    write(suite, place, item, values[i], parameters);
  }
}

void write(const Suite& suite, const std::string& name, const Json& reference, const Json& value,
           Parameters& parameters) {
  const Json& shape = suite.shape(reference);
  const std::string type = shape.at("type");
  if (type == "structure") {
    write_structure(suite, name + ".", shape, value, parameters);
  } else if (type == "list") {
    write_list(suite, name, reference, value, parameters);
  } else if (type == "string") {
    parameters.add(name, value.get<std::string>());
  } else if (type == "boolean") {
    parameters.add(name, value.get<bool>());
  } else if (type == "integer" || shape.value("timestampFormat", "") == "unixTimestamp") {
    parameters.add(name, value.get<std::int64_t>());
  } else if (type == "timestamp") {
    parameters.add(name, Time{std::chrono::seconds{value.get<std::int64_t>()}});
  } else {
    ADD_FAILURE() << name << ": nothing of ours writes a " << type;
  }
}

std::vector<std::string> sorted_pairs(const std::string& form) {
  auto pairs = split(form, '&');
  std::ranges::sort(pairs);
  return pairs;
}

void expect_written(const Suite& suite, const Json& version, const Json& test) {
  Parameters parameters;
  parameters.add("Action", test["given"]["name"].get<std::string>());
  parameters.add("Version", version.get<std::string>());
  if (test["given"].contains("input"))
    write_structure(suite, "", suite.shape(test["given"]["input"]), test["params"], parameters);
  EXPECT_EQ(sorted_pairs(parameters.form()), sorted_pairs(test["serialized"]["body"]));
}

// ---- Reading ----------------------------------------------------------------------------------------------

Result<Json> read_structure(const Suite& suite, const Json& shape, const Element& element);

// What stands in the element itself. None of ours is a list of lists.
Result<Json> read_item(const Suite& suite, const Json& reference, const Element& element) {
  const std::string type = suite.type(reference);
  if (type == "structure") return read_structure(suite, suite.shape(reference), element);
  if (type == "integer") return TRY(element.as_integer());
  if (type == "boolean") return TRY(element.as_boolean());
  if (type == "timestamp")
    return static_cast<double>(TRY(element.as_time()).time_since_epoch().count()) / 1e3;
  return element.content();
}

Result<Json> read_member(const Suite& suite, const std::string& name, const Json& reference,
                         const Element& parent) {
  const Json& shape = suite.shape(reference);
  const std::string type = shape.at("type");
  if (type == "structure") return read_structure(suite, shape, TRY(parent.child(name)));
  if (type == "integer" || type == "long") return TRY(parent.integer(name));
  if (type == "boolean") return TRY(parent.boolean(name));
  if (type == "float" || type == "double") return TRY(parent.number(name));
  if (type == "timestamp")
    return static_cast<double>(TRY(parent.time(name)).time_since_epoch().count()) / 1e3;
  if (type == "string") return parent.text_or_empty(name);
  Json items = Json::array();
  const Json& item = shape.at("member");
  for (const auto& element : TRY(parent.list(name, item.value("locationName", "member"))))
    items.push_back(TRY(read_item(suite, item, element)));
  return items;
}

bool used(const Suite& suite, const Json& reference) {
  const std::string type = suite.type(reference);
  if (type == "map" || type == "blob" || reference.value("flattened", false)) return false;
  return type != "list" || suite.type(suite.shape(reference).at("member")) != "list";
}

Result<Json> read_structure(const Suite& suite, const Json& shape, const Element& element) {
  Json values = Json::object();
  const Json members = shape.value("members", Json::object());
  for (const auto& [member, reference] : members.items()) {
    const std::string name = reference.value("locationName", member);
    if (used(suite, reference) && element.find(name))
      values[member] = TRY(read_member(suite, name, reference, element));
  }
  return values;
}

// Without the maps, blobs, flattened lists and lists of lists that nothing of ours reads.
Json expected_values(const Suite& suite, const Json& shape, const Json& values) {
  Json kept = Json::object();
  for (const auto& [member, value] : values.items()) {
    if (used(suite, shape.at("members").at(member))) kept[member] = value;
  }
  return kept;
}

std::expected<Answer, FailedAttempt> answer_to(const Suite& suite, const Json& test) {
  Call call;
  call.service = suite.protocol == Protocol::ec2 ? Service::ec2 : Service::cloudwatch;
  call.action = test["given"]["name"];
  Response response{test["response"]["status_code"], {{"Date", "Sun, 22 Nov 2026 06:45:00 GMT"}}, ""};
  const Json headers = test["response"].value("headers", Json::object());
  for (const auto& [name, value] : headers.items()) response.headers.emplace_back(name, value);
  response.body = test["response"].value("body", "");
  return read_answer(call, std::move(response), {});
}

Result<Json> values_of(const Suite& suite, const Json& test) {
  const auto answer = answer_to(suite, test);
  if (!answer) return std::unexpected(answer.error().error);
  if (!test["given"].contains("output")) return Json::object();
  return read_structure(suite, suite.shape(test["given"]["output"]), answer->result());
}

void expect_read(const Suite& suite, const Json& test) {
  if (test.contains("errorCode")) {
    const auto answer = answer_to(suite, test);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().error.kind, ErrorKind::rejected);
    EXPECT_EQ(answer.error().error.code, test["errorCode"].get<std::string>());
    EXPECT_TRUE(answer.error().error.message.contains(test.value("errorMessage", "")));
    return;
  }
  const auto values = values_of(suite, test);
  ASSERT_TRUE(values) << values.error().message;
  const Json& result = test["result"];
  Json expected = Json::object();
  if (test["given"].contains("output"))
    expected = expected_values(suite, suite.shape(test["given"]["output"]), result);
  EXPECT_FALSE(expected.empty() && !result.empty()) << "nothing of it is read: name it with its reason";
  EXPECT_EQ(*values, expected);
}

// ---- Going through them -----------------------------------------------------------------------------------

struct Tally {
  int passed = 0, refused = 0, unused = 0;
  auto operator<=>(const Tally&) const = default;
};

void PrintTo(const Tally& tally, std::ostream* out) {
  *out << tally.passed << " passed, " << tally.refused << " refused, " << tally.unused << " not used";
}

std::optional<Json> suites(const std::string& file) {
  std::ifstream stream(kFolder + file);
  if (!stream) return std::nullopt;
  return Json::parse(stream);
}

void check_output(const Suite& suite, const std::string& id, const Json& test, Tally& tally) {
  if (refused().contains(id)) {
    EXPECT_FALSE(values_of(suite, test)) << "it is accepted by now: " << refused().at(id);
    ++tally.refused;
  } else {
    expect_read(suite, test);
    ++tally.passed;
  }
}

// Every case of one file; `seen` gets their ids.
Tally check_all(const Json& all, bool input, Protocol protocol, std::set<std::string>& seen) {
  Tally tally;
  for (const Json& each : all) {
    const Suite suite{each.at("shapes"), protocol};
    for (const Json& test : each.at("cases")) {
      const std::string id = test.at("id");
      SCOPED_TRACE(id + ": " + test.value("description", ""));
      seen.insert(id);
      if ((input ? not_written() : not_read()).contains(id)) {
        ++tally.unused;
      } else if (input) {
        expect_written(suite, each["metadata"]["apiVersion"], test);
        ++tally.passed;
      } else {
        check_output(suite, id, test, tally);
      }
    }
  }
  return tally;
}

TEST(ProtocolCases, TheFormsOfQueryAndEc2AreWrittenAsAwsExpectsThem) {
  const auto query = suites("input/query.json"), ec2 = suites("input/ec2.json");
  if (!query || !ec2) GTEST_SKIP() << "AWS's protocol cases are not in " << kFolder;
  std::set<std::string> seen;
  EXPECT_EQ(check_all(*query, true, Protocol::query, seen), (Tally{16, 0, 22}));
  EXPECT_EQ(check_all(*ec2, true, Protocol::ec2, seen), (Tally{18, 0, 11}));
  for (const auto& [id, reason] : not_written()) EXPECT_TRUE(seen.contains(id)) << id << " is no case";
}

TEST(ProtocolCases, TheAnswersAndErrorsOfQueryAndEc2AreReadAsAwsMeansThem) {
  const auto query = suites("output/query.json"), ec2 = suites("output/ec2.json");
  if (!query || !ec2) GTEST_SKIP() << "AWS's protocol cases are not in " << kFolder;
  std::set<std::string> seen;
  EXPECT_EQ(check_all(*query, false, Protocol::query, seen), (Tally{16, 12, 10}));
  EXPECT_EQ(check_all(*ec2, false, Protocol::ec2, seen), (Tally{17, 9, 3}));
  for (const auto& [id, reason] : not_read()) EXPECT_TRUE(seen.contains(id)) << id << " is no case";
  for (const auto& [id, reason] : refused()) EXPECT_TRUE(seen.contains(id)) << id << " is no case";
}

// ---- JSON -------------------------------------------------------------------------------------------------

Call case_call(const Json& one) {
  Call call;
  call.service = Service::ssm;
  call.action = one.at("given").at("name");
  return call;
}

Response json_response(const Json& one) {
  Response response;
  response.status = one.at("response").at("status_code");
  response.body = one.at("response").value("body", "");
  const auto headers = one.at("response").value("headers", Json::object());
  for (const auto& [name, value] : headers.items())
    response.headers.emplace_back(name, value.get<std::string>());
  response.headers.emplace_back("Date", "Sun, 22 Nov 2026 06:45:00 GMT");
  return response;
}

// What stands in the bodies is written and read by nlohmann-json where it is used (aws/dynamodb, aws/ssm):
// here it is how an answer is told from an error, and which one.
TEST(ProtocolCases, JsonAnswersAndErrorsAreToldApart) {
  if (!std::filesystem::exists(kFolder)) GTEST_SKIP() << "the protocol cases are not beside the project";
  int errors = 0, answers = 0;
  for (const auto& suite : Json::parse(std::ifstream{std::string{kFolder} + "output/json.json"})) {
    for (const auto& one : suite.at("cases")) {
      SCOPED_TRACE(one.at("id").get<std::string>());
      const auto answer = read_answer(case_call(one), json_response(one), {});
      if (one.contains("errorCode")) {
        ++errors;
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().error.code, one["errorCode"].get<std::string>());
      } else if (one.at("response").value("body", "").empty()) {
        EXPECT_FALSE(answer) << kEmpty;
      } else {
        ++answers;
        ASSERT_TRUE(answer) << answer.error().error.message;
        EXPECT_EQ(Json::parse(answer->json), Json::parse(one.at("response").at("body").get<std::string>()));
      }
    }
  }
  EXPECT_GE(errors, 12);
  EXPECT_GE(answers, 30);
}

// The body itself is whatever the caller wrote; how it is named and sent is the protocol's.
TEST(ProtocolCases, JsonRequestsNameTheirActionInAHeader) {
  ScriptedTransport transport{[](const Request&) { return respond(200, "{}"); }};
  ManualClock clock;
  SeededRandom random{1};
  Caller caller{transport, clock, random, Credentials{"AKID", "secret", ""},
                Endpoints{"eu-west-1",
                          {{Service::dynamodb, "https://dynamodb.eu-west-1.amazonaws.com/"},
                           {Service::ssm, "https://ssm.eu-west-1.amazonaws.com/"}}}};
  Call call;
  call.service = Service::dynamodb;
  call.action = "GetItem";
  call.json = R"({"TableName":"t"})";
  EXPECT_TRUE(caller.call(call).outcome);
  call.service = Service::ssm;
  call.action = "GetParameter";
  call.json.clear();
  EXPECT_TRUE(caller.call(call).outcome);
  ASSERT_EQ(transport.requests.size(), 2U);
  const auto& [first, second] = std::tie(transport.requests[0], transport.requests[1]);
  EXPECT_EQ(header_of(first, "Content-Type"), "application/x-amz-json-1.0");
  EXPECT_EQ(header_of(first, "X-Amz-Target"), "DynamoDB_20120810.GetItem");
  EXPECT_EQ(first.body, R"({"TableName":"t"})");
  EXPECT_NE(header_of(first, "Authorization").find("/eu-west-1/dynamodb/aws4_request"), std::string::npos);
  EXPECT_NE(header_of(first, "Authorization").find("x-amz-target"), std::string::npos);
  EXPECT_EQ(header_of(second, "Content-Type"), "application/x-amz-json-1.1");
  EXPECT_EQ(header_of(second, "X-Amz-Target"), "AmazonSSM.GetParameter");
  EXPECT_EQ(second.body, "{}");
}

}  // namespace
}  // namespace evenkeel::wire
