#include "policy/yaml_tree.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <sstream>
#include <vector>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/text.h"

namespace evenkeel::policy {
namespace {

constexpr std::size_t kLargestText = std::size_t{1024} * 1024;
constexpr std::size_t kNodes = 10'000;
constexpr std::size_t kDepth = 16;

constexpr const char* kLookAt =
    "check the indentation (spaces, no tabs), the colons and the quotes here and in the line above";

Position place_of_mark(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

struct TreeSize {
  std::size_t nodes = 1;
  std::size_t bytes = 0;
  std::size_t depth = 1;
};

TreeSize size_of(const YamlNode& node) {
  TreeSize total{1, node.text.size(), 1};
  for (const auto* children : {&node.keys, &node.values}) {
    for (const auto& child : *children) {
      const TreeSize size = size_of(child);
      total.nodes += size.nodes;
      total.bytes += size.bytes;
      total.depth = std::max(total.depth, size.depth + 1);
    }
  }
  return total;
}

// Where each line begins.
std::vector<std::size_t> beginnings_of_lines(std::string_view text) {
  std::vector<std::size_t> beginnings{0};
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') beginnings.push_back(at + 1);
  }
  return beginnings;
}

// How many lines further the quoted text that begins at `at` ends; 0: in its line, or it is a block.
int lines_to_its_end(std::string_view text, std::size_t at) {
  at = text.find_first_of("\"'|>", at);
  if (at == std::string_view::npos || text[at] == '|' || text[at] == '>') return 0;
  const char quote = text[at];
  int lines = 0;
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\n') ++lines;
    if (text[at] == '\\' && quote == '"') {
      ++at;
      if (at < text.size() && text[at] == '\n') ++lines;
    } else if (text[at] == quote) {
      if (quote == '"' || at + 1 == text.size() || text[at + 1] != quote) return lines;
      ++at;  // '' is a quote inside of a text
    }
  }
  return lines;
}

// Leaves yaml-cpp's parser by throwing a Problem; parse_yaml catches it.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string_view text) : text_(text), lines_(beginnings_of_lines(text)) {}

  YamlNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      throw PolicyProblem{
          place_of_mark(mark),
          {},
          "a second YAML document begins here; a policy is one document (is this line less indented "
          "than it should be, or is there a stray \"---\"?)"};
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(YamlNode{.place = place_of_mark(mark)}, anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    if (tag == "!") refuse_open_quote(mark);
    add(
        YamlNode{
            .kind = YamlNode::Kind::text, .place = place_of_mark(mark), .text = value, .quoted = tag == "!"},
        anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      throw PolicyProblem{
          place_of_mark(mark), {}, "this alias stands inside of what it refers to; write the values out"};
    }
    add(found->second, YAML::NullAnchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    begin(YamlNode{.kind = YamlNode::Kind::list, .place = place_of_mark(mark)}, anchor);
  }
  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    begin(YamlNode{.kind = YamlNode::Kind::map, .place = place_of_mark(mark)}, anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor;
  };

  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    throw PolicyProblem{place_of_mark(mark),
                        {},
                        fmt::format("the tag {} is not used in policies; leave it out", printable(tag, 60)),
                        "tags are not used in policies; leave it out"};
  }

  // A quote that is not closed swallows the keys below it until the next one, and nothing else would show it.
  void refuse_open_quote(const YAML::Mark& mark) const {
    const auto line = static_cast<std::size_t>(std::max(0, mark.line));
    if (line >= lines_.size()) return;
    const int further =
        lines_to_its_end(text_, lines_[line] + static_cast<std::size_t>(std::max(0, mark.column)));
    if (further == 0) return;
    throw PolicyProblem{
        place_of_mark(mark),
        {},
        fmt::format("this quoted text ends {} line{} further down, and all between is part of it: is its "
                    "closing quote missing? A text of several lines is written as a block, after |",
                    further, further == 1 ? "" : "s"),
        "close the quote in its line"};
  }

  void check_depth(Position place, std::size_t depth) const {
    if (open_.size() + depth > kDepth) {
      throw PolicyProblem{
          place, {}, fmt::format("nested deeper than {} levels; a policy needs five", kDepth)};
    }
  }

  void count(Position place, const TreeSize& size) {
    nodes_ += size.nodes;
    bytes_ += size.bytes;
    if (nodes_ <= kNodes && bytes_ <= kLargestText) return;
    throw PolicyProblem{
        place,
        {},
        fmt::format("more than {} values or {} bytes of text, counted with every alias written out; "
                    "is this the policy file?",
                    kNodes, kLargestText)};
  }

  void add(YamlNode node, YAML::anchor_t anchor) {
    const TreeSize size = size_of(node);
    check_depth(node.place, size.depth);
    count(node.place, size);
    place_in_parent(std::move(node), anchor);
  }

  void begin(YamlNode node, YAML::anchor_t anchor) {
    check_depth(node.place, 1);
    open_.push_back({std::move(node), anchor});
  }

  // A list or map counts as one node, and its children have been counted by now.
  void end() {
    Open ended = std::move(open_.back());
    open_.pop_back();
    count(ended.node.place, TreeSize{});
    place_in_parent(std::move(ended.node), ended.anchor);
  }

  void place_in_parent(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    YamlNode& parent = open_.back().node;
    const bool in_map = parent.kind == YamlNode::Kind::map;
    const bool is_key = in_map && parent.keys.size() == parent.values.size();
    // yaml-cpp finds the missing value of "key:" only at the next token, lines below.
    if (in_map && !is_key && node.kind == YamlNode::Kind::nothing) {
      const Position key = parent.keys.back().place;
      if (node.place.line != key.line) node.place = key;
    }
    (is_key ? parent.keys : parent.values).push_back(std::move(node));
  }

  std::string_view text_;
  std::vector<std::size_t> lines_;
  YamlNode root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
  int documents_ = 0;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].kind == Kind::text && keys[i].text == key) return &values[i];
  }
  return nullptr;
}

std::expected<YamlNode, PolicyProblem> parse_yaml(std::string_view text) {
  if (text.size() > kLargestText) {
    return std::unexpected(
        PolicyProblem{{}, {}, fmt::format("larger than {} bytes; is this the policy file?", kLargestText)});
  }
  if (text.find('\0') != std::string_view::npos) {
    return std::unexpected(
        PolicyProblem{{}, {}, "holds a zero byte, so it isn't UTF-8 text; save it as UTF-8"});
  }
  std::istringstream stream{std::string(text)};
  TreeBuilder builder(text);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const PolicyProblem& problem) {
    return std::unexpected(problem);
  } catch (const YAML::Exception& exception) {
    return std::unexpected(
        PolicyProblem{place_of_mark(exception.mark),
                      {},
                      fmt::format("not valid YAML: {}; {}", printable(exception.msg), kLookAt),
                      fmt::format("not valid YAML; {}", kLookAt)});
  }
  return builder.take_root();
}

}  // namespace evenkeel::policy
