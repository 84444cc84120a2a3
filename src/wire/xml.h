// Reading XML that others wrote: bounded, namespace-agnostic, with the place in every error.
// Unknown elements are ignored; missing ones are errors where the reader says that it needs them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace evenkeel::wire {

// A place in a Document, valid as long as that Document lives. Names are compared without prefix.
// Every error is `invalid` and holds the path, as in "…Response/…Result/TargetGroups/member[2]/Port".
class Element {
 public:
  explicit Element(pugi::xml_node node) : node_(node) {}

  std::string_view name() const;
  std::string path() const;

  std::optional<Element> find(std::string_view child) const;
  Result<Element> child(std::string_view child) const;
  // The elements `item` in the element `list`. list() requires the list element, which may be empty: a
  // missing list must not look like an empty one. optional_list() takes a missing list for an empty one.
  Result<std::vector<Element>> list(std::string_view list, std::string_view item = "member") const;
  std::vector<Element> optional_list(std::string_view list, std::string_view item = "member") const;

  // This element's own content.
  std::string content() const;
  Result<std::int64_t> as_integer() const;
  Result<double> as_number() const;  // finite
  Result<bool> as_boolean() const;   // true or false
  Result<Time> as_time() const;      // ISO 8601, UTC

  // A child's content. text() must not be empty; text_or_empty() is "" when the child is missing.
  Result<std::string> text(std::string_view child) const;
  std::string text_or_empty(std::string_view child) const;
  Result<std::int64_t> integer(std::string_view child) const;
  Result<double> number(std::string_view child) const;
  Result<bool> boolean(std::string_view child) const;
  Result<Time> time(std::string_view child) const;
  // Nothing when the child is missing or empty; an error when it is there and makes no sense.
  Result<std::optional<std::int64_t>> optional_integer(std::string_view child) const;
  Result<std::optional<bool>> optional_boolean(std::string_view child) const;
  Result<std::optional<Time>> optional_time(std::string_view child) const;

 private:
  pugi::xml_node node_;
};

// A whole document. Moves; does not copy.
class XmlDocument {
 public:
  static constexpr std::size_t kMaxBytes = 64U << 20U;
  static constexpr int kMaxDepth = 64;
  static constexpr std::size_t kMaxElements = 2'000'000;

  XmlDocument() : content_(std::make_unique<Content>()) {}  // nothing: its root has no name

  // Errors, all `invalid`: empty, too large, too deep, not XML, cut off, a DOCTYPE, more than one root.
  static Result<XmlDocument> parse(std::string body);

  Element root() const;

 private:
  struct Content {
    std::string buffer;  // parsed in place: the nodes point into it
    pugi::xml_document tree;
  };
  explicit XmlDocument(std::unique_ptr<Content> content) : content_(std::move(content)) {}
  std::unique_ptr<Content> content_;
};

}  // namespace evenkeel::wire
