#include "sim/api/attribute_json.h"

#include <algorithm>
#include <openssl/evp.h>

#include "base/result.h"
#include "base/text.h"

namespace evenkeel::sim {
namespace {

constexpr int kDeepestAttribute = 32;

std::unexpected<Refusal> unserialized(const std::string& message) {
  return refuse(400, "SerializationException", message);
}

std::optional<std::string> base64_decoded(const std::string& text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const auto padding = text.size() - std::min(text.find('='), text.size());
  if (padding > 2) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

std::string base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

Answer<Attribute> read_scalar(const std::string& type, const Json& value) {
  if (!value.is_string()) return unserialized("A value of type " + type + " must be a string");
  auto text = value.get<std::string>();
  if (type == "B") {
    auto bytes = base64_decoded(text);
    if (!bytes) return unserialized("A value of type B must be base64");
    return Attribute{type, std::move(*bytes), {}, {}};
  }
  if (type == "S") return Attribute{type, std::move(text), {}, {}};
  auto plain = plain_number(text);
  if (!plain)
    return invalid("The parameter cannot be converted to a numeric value of at most 38 digits: " +
                   printable(text));
  return Attribute{type, std::move(*plain), {}, {}};
}

Answer<Attribute> read_set(const std::string& type, const Json& value) {
  if (!value.is_array()) return unserialized("A set must be a list");
  if (value.empty()) return invalid("One or more parameter values were invalid: A set may not be empty");
  Attribute set{type, {}, {}, {}};
  for (const Json& element : value) set.list.push_back(TRY(read_scalar(type.substr(0, 1), element)));
  std::ranges::sort(set.list, {}, &Attribute::text);
  if (std::ranges::adjacent_find(set.list) != set.list.end())
    return invalid("One or more parameter values were invalid: Input collection contains duplicates.");
  return set;
}

Answer<Attribute> read_at(const Json& json, int depth) {
  if (depth > kDeepestAttribute) return invalid("Nesting Levels have exceeded supported limits");
  if (!json.is_object()) return unserialized("An attribute's value must be a structure, such as {\"S\": …}");
  if (json.empty())
    return invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  if (json.size() > 1)
    return invalid(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
        "datatypes");
  const std::string& type = json.begin().key();
  const Json& value = json.begin().value();
  if (type == "S" || type == "N" || type == "B") return read_scalar(type, value);
  if (type == "SS" || type == "NS" || type == "BS") return read_set(type, value);
  if (type == "BOOL" && value.is_boolean()) return Attribute{type, value ? "true" : "false", {}, {}};
  if (type == "NULL" && value == true) return Attribute{type, {}, {}, {}};
  Attribute attribute{type, {}, {}, {}};
  if (type == "L" && value.is_array()) {
    for (const Json& element : value) attribute.list.push_back(TRY(read_at(element, depth + 1)));
    return attribute;
  }
  if (type == "M" && value.is_object()) {
    for (const auto& [name, member] : value.items())
      attribute.members.emplace(name, TRY(read_at(member, depth + 1)));
    return attribute;
  }
  return unserialized(printable(type) + " is no type of an attribute, or doesn't have such a value");
}

}  // namespace

Answer<Attribute> read_attribute(const Json& json) { return read_at(json, 1); }

Answer<Item> read_item(const Json& json) {
  Item item;
  for (const auto& [name, value] : json.items()) item.emplace(name, TRY(read_attribute(value)));
  return item;
}

Json json_of(const Attribute& attribute) {
  const auto& [type, text, list, members] = attribute;
  Json value;
  if (type == "BOOL") {
    value = text == "true";
  } else if (type == "NULL") {
    value = true;
  } else if (type == "B") {
    value = base64(text);
  } else if (type == "M") {
    value = json_of(members);
  } else if (type == "L") {
    value = Json::array();
    for (const auto& element : list) value.push_back(json_of(element));
  } else if (type.size() == 2) {
    value = Json::array();
    for (const auto& element : list) value.push_back(json_of(element).begin().value());
  } else {
    value = text;
  }
  return {{type, std::move(value)}};
}

Json json_of(const Item& item) {
  Json json = Json::object();
  for (const auto& [name, attribute] : item) json[name] = json_of(attribute);
  return json;
}

}  // namespace evenkeel::sim
