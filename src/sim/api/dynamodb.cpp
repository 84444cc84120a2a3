// DynamoDB as Evenkeel's journal uses it: the three requests of src/aws/dynamodb.h in the shapes in which they are sent,
// on tables with the partition key pk and the sort key sk, both text; and DeleteItem, for tests that begin again with an
// empty table. Everything else is refused with what is known here.
// How DynamoDB itself behaves is shown by DynamoDB Local, dynalite and moto (tests/witness/, tests/deploy/).
// docs/aws.md, DynamoDB.
#include <algorithm>
#include <charconv>

#include "base/result.h"
#include "base/text.h"
#include "sim/api/api.h"
#include "sim/api/typed_members.h"

namespace evenkeel::sim {
namespace {

constexpr std::size_t kLongestPartition = 2048;
constexpr std::size_t kLongestSort = 1024;
constexpr std::size_t kLargestItem = 409'600;
constexpr std::size_t kLargestPage = 1'048'576;

std::unexpected<ApiRefusal> invalid(const std::string& message) {
  return refuse(400, "ValidationException", message);
}

// {"S": "text"} or {"N": "12"}
ApiResult<TableValue> read_value(RequestParameters& parameters, const std::string& path) {
  const auto text = parameters.text(path + ".S"), digits = parameters.text(path + ".N");
  if (text && !digits) return *text;
  std::int64_t number = 0;
  const char* end = digits && !text ? digits->data() + digits->size() : nullptr;
  if (end && std::from_chars(digits->data(), end, number).ptr == end && !digits->empty()) return number;
  return invalid("This account knows attribute values of the types S, and N with a whole number");
}

Json json_of(const TableItem& item) {
  Json json = Json::object();
  for (const auto& [name, value] : item) {
    const auto* text = std::get_if<std::string>(&value);
    json[name] = text ? Json{{"S", *text}} : Json{{"N", std::to_string(std::get<std::int64_t>(value))}};
  }
  return json;
}

ApiResult<TableItem> read_item(RequestParameters& parameters, const std::string& path) {
  TableItem item;
  for (const auto& name : parameters.names_in(path))
    item.emplace(name, TRY(read_value(parameters, path + "." + name)));
  if (item.empty()) parameters.complain("The member " + path + " is required");
  return item;
}

// DynamoDB's own counting: names and texts by their bytes, two digits of a number in one.
std::size_t item_size(const TableItem& item) {
  std::size_t size = 0;
  for (const auto& [name, value] : item) {
    const auto* text = std::get_if<std::string>(&value);
    size +=
        name.size() + (text ? text->size() : std::to_string(std::get<std::int64_t>(value)).size() / 2 + 2);
  }
  return size;
}

// ExpressionAttributeNames and -Values. Each must be used by an expression of its call, and no attribute is named
// otherwise: nothing here depends on DynamoDB's reserved words.
class Placeholders {
 public:
  static ApiResult<Placeholders> read(RequestParameters& parameters) {
    Placeholders placeholders;
    for (const auto& key : parameters.names_in("ExpressionAttributeNames"))
      placeholders.names_.emplace(key, parameters.required("ExpressionAttributeNames." + key));
    for (const auto& key : parameters.names_in("ExpressionAttributeValues"))
      placeholders.values_.emplace(key, TRY(read_value(parameters, "ExpressionAttributeValues." + key)));
    return placeholders;
  }

  ApiResult<std::string> name(const std::string& key) { return find(names_, key, '#'); }
  ApiResult<TableValue> value(const std::string& key) { return find(values_, key, ':'); }

  ApiResult<void> finish() const {
    if (used_.size() == names_.size() + values_.size()) return {};
    return invalid("Value provided in ExpressionAttributeNames or -Values unused in expressions");
  }

 private:
  template <class Held>
  ApiResult<Held> find(const std::map<std::string, Held>& all, const std::string& key, char sign) {
    const auto found = all.find(key);
    if (found == all.end() || key.front() != sign)
      return invalid("Invalid expression: '" + printable(key) +
                     "' is not defined; this account knows an attribute as #name and a value as :value");
    used_.insert(key);
    return found->second;
  }

  std::map<std::string, std::string> names_;
  std::map<std::string, TableValue> values_;
  std::set<std::string> used_;
};

struct Comparison {
  std::string attribute;
  std::optional<TableValue> equals;  // none: there must be no such attribute
};

// "#name = :value"
ApiResult<Comparison> read_comparison(const std::string& text, Placeholders& placeholders) {
  const auto words = split(text, ' ');
  if (words.size() != 3 || words[1] != "=")
    return invalid(
        "Invalid expression: this account knows #name = :value, and in a ConditionExpression "
        "attribute_not_exists(#name)");
  const auto name = TRY(placeholders.name(words[0]));
  return Comparison{name, TRY(placeholders.value(words[2]))};
}

ApiResult<std::optional<Comparison>> read_condition(RequestParameters& parameters,
                                                    Placeholders& placeholders) {
  const auto text = parameters.text("ConditionExpression");
  if (!text) return std::nullopt;
  constexpr std::string_view kAbsent = "attribute_not_exists(";
  if (!text->starts_with(kAbsent) || !text->ends_with(')')) return TRY(read_comparison(*text, placeholders));
  const auto name = text->substr(kAbsent.size(), text->size() - kAbsent.size() - 1);
  return Comparison{TRY(placeholders.name(name)), std::nullopt};
}

bool holds(const Comparison& condition, const TableItem* item) {
  const bool there = item && item->contains(condition.attribute);
  return condition.equals ? there && item->at(condition.attribute) == *condition.equals : !there;
}

ApiResult<TableItems*> table_of(ApiSession& session, const std::string& name) {
  const auto found = session.account.tables.find(name);
  if (found == session.account.tables.end())
    return refuse(400, "ResourceNotFoundException", "Requested resource not found");
  return &found->second;
}

ApiResult<std::string> key_part(const TableItem& attributes, const char* name, std::size_t longest) {
  const auto found = attributes.find(name);
  const auto* text = found == attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
  if (text && !text->empty() && text->size() <= longest) return *text;
  return invalid(std::string("One or more parameter values were invalid: the key ") + name +
                 " must be a text of 1 to " + std::to_string(longest) + " bytes");
}

// `alone`: the attributes must be the key and nothing else.
ApiResult<TableKey> key_in(const TableItem& attributes, bool alone) {
  if (alone && attributes.size() != 2) return invalid("The provided key element does not match the schema");
  auto partition = TRY(key_part(attributes, "pk", kLongestPartition));
  return TableKey{std::move(partition), TRY(key_part(attributes, "sk", kLongestSort))};
}

// Deleted by its time to live: some time after it, of which `ttl_delay` is the length here.
bool is_expired(const TableItem& item, const Account& account) {
  const auto found = item.find("expires");
  const auto* ends = found == item.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
  const auto now = std::chrono::floor<std::chrono::seconds>(account.now() - account.switches.ttl_delay);
  return ends && now.time_since_epoch().count() >= *ends;
}

const TableItem* find_item(const TableItems& table, const TableKey& key, const Account& account) {
  const auto found = table.find(key);
  return found == table.end() || is_expired(found->second, account) ? nullptr : &found->second;
}

void want_consistency(RequestParameters& parameters) {
  if (!parameters.flag("ConsistentRead", false))
    parameters.complain("This account reads consistently alone: ConsistentRead must be true");
}

ApiResult<Json> get_item(ApiSession& session, RequestParameters& parameters) {
  const auto name = parameters.required("TableName");
  const auto asked = TRY(read_item(parameters, "Key"));
  want_consistency(parameters);
  TRY_VOID(parameters.finish());
  const auto& table = *TRY(table_of(session, name));
  const auto* item = find_item(table, TRY(key_in(asked, true)), session.account);
  return item ? Json{{"Item", json_of(*item)}} : Json::object();
}

ApiResult<Json> put_item(ApiSession& session, RequestParameters& parameters) {
  const auto name = parameters.required("TableName");
  auto item = TRY(read_item(parameters, "Item"));
  auto placeholders = TRY(Placeholders::read(parameters));
  const auto condition = TRY(read_condition(parameters, placeholders));
  TRY_VOID(parameters.finish());
  TRY_VOID(placeholders.finish());
  auto& table = *TRY(table_of(session, name));
  const auto key = TRY(key_in(item, false));
  if (item_size(item) > kLargestItem) return invalid("Item size has exceeded the maximum allowed size");
  if (condition && !holds(*condition, find_item(table, key, session.account)))
    return refuse(400, "ConditionalCheckFailedException", "The conditional request failed");
  table[key] = std::move(item);
  return Json::object();
}

ApiResult<Json> delete_item(ApiSession& session, RequestParameters& parameters) {
  const auto name = parameters.required("TableName");
  const auto asked = TRY(read_item(parameters, "Key"));
  TRY_VOID(parameters.finish());
  auto& table = *TRY(table_of(session, name));
  table.erase(TRY(key_in(asked, true)));
  return Json::object();
}

// "#a, #b": nothing where all attributes are asked for.
ApiResult<std::set<std::string>> read_projection(RequestParameters& parameters, Placeholders& placeholders) {
  std::set<std::string> names;
  if (const auto text = parameters.text("ProjectionExpression")) {
    for (const auto& word : split(*text, ',')) names.insert(TRY(placeholders.name(std::string(trim(word)))));
  }
  return names;
}

ApiResult<Json> query(ApiSession& session, RequestParameters& parameters) {
  const auto name = parameters.required("TableName");
  want_consistency(parameters);
  const bool forward = parameters.flag("ScanIndexForward", true);
  const auto limit = parameters.integer("Limit", 1, 1'000'000'000);
  std::optional<TableItem> last;
  if (!parameters.names_in("ExclusiveStartKey").empty())
    last = TRY(read_item(parameters, "ExclusiveStartKey"));
  auto placeholders = TRY(Placeholders::read(parameters));
  const auto key = TRY(read_comparison(parameters.required("KeyConditionExpression"), placeholders));
  const auto projection = TRY(read_projection(parameters, placeholders));
  TRY_VOID(parameters.finish());
  TRY_VOID(placeholders.finish());
  const auto* partition = std::get_if<std::string>(&*key.equals);
  if (key.attribute != "pk" || !partition) return invalid("Query key condition not supported");
  std::optional<TableKey> start;
  if (last) start = TRY(key_in(*last, true));
  if (start && start->first != *partition)
    return invalid("The provided starting key is outside query boundaries based on provided conditions");

  std::vector<const TableItems::value_type*> entries;
  for (const auto& entry : *TRY(table_of(session, name))) {
    const bool behind = !start || (forward ? entry.first > *start : entry.first < *start);
    if (entry.first.first == *partition && behind && !is_expired(entry.second, session.account))
      entries.push_back(&entry);
  }
  if (!forward) std::ranges::reverse(entries);
  Json answer = {{"Items", Json::array()}};
  std::size_t bytes = 0;
  int count = 0;
  for (const auto* entry : entries) {
    bytes += item_size(entry->second);
    if (bytes > kLargestPage && count > 0) break;
    auto item = entry->second;
    if (!projection.empty())
      std::erase_if(item, [&](const auto& attribute) { return !projection.contains(attribute.first); });
    answer["Items"].push_back(json_of(item));
    answer["LastEvaluatedKey"] = json_of({{"pk", entry->first.first}, {"sk", entry->first.second}});
    if (++count == limit) break;
  }
  // A full page may be the last one: AWS doesn't look ahead.
  if (count != limit && bytes <= kLargestPage) answer.erase("LastEvaluatedKey");
  answer["Count"] = answer["ScannedCount"] = count;
  return answer;
}

}  // namespace

std::span<const TypedOperation> dynamodb_operations() {
  static constexpr TypedOperation kOperations[] = {
      {"DeleteItem", delete_item}, {"GetItem", get_item}, {"PutItem", put_item}, {"Query", query}};
  return kOperations;
}

}  // namespace evenkeel::sim
