// The members of one JSON call, read as AWS reads them, and more strictly: what AWS ignores is refused. The
// counterpart of sim/api/parameters.h for the services that speak JSON. docs/aws.md, The wire.
#pragma once

#include <nlohmann/json.hpp>

#include "sim/api/parameters.h"

namespace evenkeel::sim {

using Json = nlohmann::json;

// A body that is no JSON object, names a member twice or nests deeper than 64 is a SerializationException.
Answer<Json> read_json_object(std::string_view body);

// Each member must be read: whatever is not asked for is unknown. A value that can't be what was asked for is
// remembered as the call's refusal, so a handler reads everything first and then asks finish().
class Members {
 public:
  Members() = default;
  explicit Members(Json object) : object_(std::move(object)) {}
  // As read_json_object.
  static Answer<Members> read(std::string_view body);

  bool has(const std::string& name) const { return object_.contains(name); }
  std::optional<std::string> text(const std::string& name);
  std::string required(const std::string& name);  // must be there and not empty
  // One of the words; `otherwise` when it isn't there.
  std::string word(const std::string& name, std::initializer_list<const char*> allowed,
                   const char* otherwise);
  std::optional<int> integer(const std::string& name, int least, int most);
  bool flag(const std::string& name, bool otherwise);
  std::vector<std::string> texts(const std::string& name);                              // a list of strings
  std::map<std::string, std::vector<std::string>> text_lists(const std::string& name);  // a map of such lists
  // A structure or a map, whose members are not looked at; nullptr when it isn't there.
  const Json* object(const std::string& name);
  std::vector<Members> structures(
      const std::string& name);  // a list of them: each is to be finished for itself

  void complain(const std::string& message, const std::string& code = "ValidationException");
  Answer<void> finish() const;
  // Of everything but the page token.
  std::uint64_t fingerprint() const;

 private:
  std::vector<std::string> strings(const Json& list, const std::string& name);
  const Json* take(const std::string& name, Json::value_t type);

  Json object_ = Json::object();
  std::set<std::string> taken_;
  std::optional<Refusal> complaint_;
};

}  // namespace evenkeel::sim
