#include "wire/xml.h"

#include <charconv>
#include <cmath>
#include <iterator>

#include "base/text.h"

namespace evenkeel::wire {
namespace {

std::string_view local_name(std::string_view name) {
  const auto colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::unexpected<Error> wrong_element(const Element& element, const std::string& text) {
  return fail(ErrorKind::invalid, element.path() + ": " + text);
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::unexpected<Error> malformed(const std::string& text) { return fail(ErrorKind::invalid, text); }

// The end of the tag, comment or section that starts at `at`; npos when it is cut off.
std::size_t past(std::string_view body, std::size_t at, std::string_view terminator) {
  const auto end = body.find(terminator, at);
  return end == std::string_view::npos ? end : end + terminator.size();
}

// The same for a tag, in whose quoted attributes a ">" means nothing.
std::size_t past_tag(std::string_view body, std::size_t at) {
  char quote = 0;
  for (; at < body.size(); ++at) {
    const char c = body[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

// Refuses what would make the parser build a huge or endless tree, before it builds it. One pass, no
// recursion.
Result<void> check_shape(std::string_view body) {
  int depth = 0;
  std::size_t elements = 0;
  for (auto at = body.find('<'); at != std::string_view::npos; at = body.find('<', at)) {
    const auto rest = body.substr(at);
    if (rest.starts_with("<!--")) {
      at = past(body, at + 4, "-->");
    } else if (rest.starts_with("<![CDATA[")) {
      at = past(body, at + 9, "]]>");
    } else if (rest.starts_with("<?")) {
      at = past(body, at + 2, "?>");
    } else if (rest.starts_with("<!")) {
      return malformed("it has a document type declaration, which is not accepted (is it a web page?)");
    } else {
      const bool closing = rest.starts_with("</");
      at = past_tag(body, at + 1);
      if (at == std::string_view::npos) return malformed("it is cut off inside a tag");
      const bool empty = body[at - 2] == '/';
      if (closing) --depth;
      if (!closing && ++elements > XmlDocument::kMaxElements) return malformed("it has too many elements");
      if (!closing && !empty && ++depth > XmlDocument::kMaxDepth) return malformed("it is nested too deeply");
    }
    if (at == std::string_view::npos) return malformed("it is cut off");
  }
  return {};
}

}  // namespace

std::string_view Element::name() const { return local_name(node_.name()); }

std::string Element::path() const {
  std::string path;
  for (auto node = node_; node.type() == pugi::node_element; node = node.parent()) {
    std::string step{local_name(node.name())};
    int before = 0;
    for (auto other = node.previous_sibling(); other; other = other.previous_sibling()) {
      before += local_name(other.name()) == step ? 1 : 0;
    }
    const bool repeated = before > 0 || step == "member" || step == "item";
    if (repeated) step += "[" + std::to_string(before + 1) + "]";
    path = path.empty() ? step : step + "/" + path;
  }
  return printable(path, 300);
}

std::optional<Element> Element::find(std::string_view wanted) const {
  for (auto node = node_.first_child(); node; node = node.next_sibling()) {
    if (node.type() == pugi::node_element && local_name(node.name()) == wanted) return Element{node};
  }
  return std::nullopt;
}

Result<Element> Element::child(std::string_view wanted) const {
  if (const auto found = find(wanted)) return *found;
  return wrong_element(*this, std::string{wanted} + " is missing");
}

Result<std::vector<Element>> Element::list(std::string_view list, std::string_view item) const {
  TRY(child(list));
  return optional_list(list, item);
}

std::vector<Element> Element::optional_list(std::string_view list, std::string_view item) const {
  std::vector<Element> items;
  const auto parent = find(list);
  if (!parent) return items;
  for (auto node = parent->node_.first_child(); node; node = node.next_sibling()) {
    if (node.type() == pugi::node_element && local_name(node.name()) == item) items.emplace_back(node);
  }
  return items;
}

std::string Element::content() const {
  std::string text;
  for (auto node = node_.first_child(); node; node = node.next_sibling()) {
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) text += node.value();
  }
  return text;
}

Result<std::int64_t> Element::as_integer() const {
  const std::string text = content();
  if (const auto value = parse_number<std::int64_t>(trim(text))) return *value;
  return wrong_element(*this, "'" + printable(text, 40) + "' is no whole number");
}

Result<double> Element::as_number() const {
  const std::string text = content();
  if (const auto value = parse_number<double>(trim(text)); value && std::isfinite(*value)) return *value;
  return wrong_element(*this, "'" + printable(text, 40) + "' is no finite number");
}

Result<bool> Element::as_boolean() const {
  const std::string text = content();
  if (trim(text) == "true") return true;
  if (trim(text) == "false") return false;
  return wrong_element(*this, "'" + printable(text, 40) + "' is neither true nor false");
}

Result<Time> Element::as_time() const {
  const std::string text = content();
  if (const auto value = parse_iso8601(trim(text))) return *value;
  return wrong_element(*this, "'" + printable(text, 40) + "' is no ISO 8601 time in UTC");
}

Result<std::string> Element::text(std::string_view wanted) const {
  const Element found = TRY(child(wanted));
  std::string text = found.content();
  if (text.empty()) return wrong_element(found, "it is empty");
  return text;
}

std::string Element::text_or_empty(std::string_view wanted) const {
  const auto found = find(wanted);
  return found ? found->content() : std::string{};
}

Result<std::int64_t> Element::integer(std::string_view wanted) const {
  return TRY(child(wanted)).as_integer();
}
Result<double> Element::number(std::string_view wanted) const { return TRY(child(wanted)).as_number(); }
Result<bool> Element::boolean(std::string_view wanted) const { return TRY(child(wanted)).as_boolean(); }
Result<Time> Element::time(std::string_view wanted) const { return TRY(child(wanted)).as_time(); }

Result<std::optional<std::int64_t>> Element::optional_integer(std::string_view wanted) const {
  const auto found = find(wanted);
  if (!found || found->content().empty()) return std::nullopt;
  return TRY(found->as_integer());
}

Result<std::optional<bool>> Element::optional_boolean(std::string_view wanted) const {
  const auto found = find(wanted);
  if (!found || found->content().empty()) return std::nullopt;
  return TRY(found->as_boolean());
}

Result<std::optional<Time>> Element::optional_time(std::string_view wanted) const {
  const auto found = find(wanted);
  if (!found || found->content().empty()) return std::nullopt;
  return TRY(found->as_time());
}

Result<XmlDocument> XmlDocument::parse(std::string body) {
  if (trim(body).empty()) return malformed("it is empty");
  if (body.size() > kMaxBytes) return malformed("it is larger than 64 MiB");
  if (body.find('\0') != std::string::npos) return malformed("it holds a zero byte");
  TRY_VOID(check_shape(body));
  auto content = std::make_unique<Content>();
  content->buffer = std::move(body);
  const auto outcome = content->tree.load_buffer_inplace(content->buffer.data(), content->buffer.size(),
                                                         pugi::parse_default, pugi::encoding_utf8);
  if (!outcome) {
    return malformed("it is not well-formed XML, or cut off: " + std::string{outcome.description()} +
                     " at byte " + std::to_string(outcome.offset));
  }
  const auto first = content->tree.document_element();
  for (auto node = first.next_sibling(); node; node = node.next_sibling()) {
    if (node.type() == pugi::node_element) return malformed("it has more than one root element");
  }
  return XmlDocument{std::move(content)};
}

Element XmlDocument::root() const { return Element{content_->tree.document_element()}; }

}  // namespace evenkeel::wire
