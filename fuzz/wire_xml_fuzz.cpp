// XML as it comes from the network: a document and every way to read its elements.
#include <pugixml.hpp>

#include "fuzz/property.h"
#include "wire/xml.h"

namespace {

using namespace evenkeel;
using fuzz::require;
using wire::Element;
using wire::XmlDocument;

std::size_t elements_below(const pugi::xml_node& node, int depth) {
  require(depth <= XmlDocument::kMaxDepth, "no accepted document is deeper than kMaxDepth");
  std::size_t count = 0;
  for (auto child = node.first_child(); child; child = child.next_sibling()) {
    if (child.type() == pugi::node_element) count += 1 + elements_below(child, depth + 1);
  }
  return count;
}

// The bounds hold for the tree that was really built, and not only for what was counted before.
void check_bounds(std::string_view text) {
  pugi::xml_document tree;
  const auto parsed = tree.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  require(parsed, "an accepted document is well-formed");
  require(elements_below(tree, 0) <= XmlDocument::kMaxElements, "no accepted document has too many elements");
}

template <class T>
bool presentable(const Result<T>& result) {
  if (!result) fuzz::require_presentable(result.error());
  return result.has_value();
}

std::string escaped(std::string_view text) {
  std::string written;
  for (const char c : text) {
    if (c == '<' || c == '>' || c == '&' || c == '\r') {
      written += "&#" + std::to_string(static_cast<int>(c)) + ";";
    } else {
      written += c;
    }
  }
  return written;
}

void read(const Element& element) {
  presentable(element.as_integer());
  presentable(element.as_number());
  presentable(element.as_boolean());
  if (const auto time = element.as_time())
    require(!iso8601(*time).empty(), "a time that was read can be written");
  require(printable(element.path(), 400) == element.path(), "a path is printable");

  const std::string content = element.content();
  if (trim(content).empty() || content.find('\0') != std::string::npos) return;
  const auto again = XmlDocument::parse("<again>" + escaped(content) + "</again>");
  require(again.has_value(), "content that was read can be written and read again");
  require(again->root().content() == content, "and is the same then");
}

void walk(const Element& element, int depth) {
  read(element);
  if (depth > 8) return;
  for (const char* name : {"member", "a", "Port"}) {
    for (const Element& found : element.optional_list(name)) read(found);
    presentable(element.text(name));
    presentable(element.optional_time(name));
    presentable(element.optional_boolean(name));
    presentable(element.optional_integer(name));
    if (const auto found = element.find(name)) walk(*found, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto document = XmlDocument::parse(std::string(text));
  if (!presentable(document)) return 0;
  check_bounds(text);
  walk(document->root(), 0);
  return 0;
}
