#include "wire/xml.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "wire/testing/scripted_transport.h"

namespace evenkeel::wire {
namespace {

std::string refusal(std::string body) {
  const auto document = XmlDocument::parse(std::move(body));
  return document ? "accepted" : document.error().message;
}

XmlDocument document(std::string body) { return XmlDocument::parse(std::move(body)).value(); }

std::string repeat(const std::string& text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Xml, FindsChildrenWhateverTheirNamespacePrefix) {
  const auto with_prefix = document("<ns:A xmlns:ns='u'><ns:B>x</ns:B></ns:A>");
  EXPECT_EQ(with_prefix.root().name(), "A");
  EXPECT_EQ(with_prefix.root().text("B"), "x");
}

TEST(Xml, NamesThePlaceOfWhatIsMissing) {
  const auto tree = document("<R><L><member><Id>1</Id></member><member/></L></R>");
  const auto items = tree.root().list("L").value();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[1].text("Id").error().message, "R/L/member[2]: Id is missing");
  ASSERT_EQ(kind_of(items[1].text("Id")), ErrorKind::invalid);
}

TEST(Xml, TellsAMissingListFromAnEmptyOne) {
  const auto tree = document("<R><Empty/></R>");
  EXPECT_TRUE(tree.root().list("Empty").value().empty());
  EXPECT_FALSE(tree.root().list("Gone"));
  EXPECT_TRUE(tree.root().optional_list("Gone").empty());
}

TEST(Xml, ReadsTypedValuesAndRefusesWhatIsNone) {
  const auto tree = document(
      "<R><I> 42 </I><N>-1.5e3</N><T>true</T><W>2026-11-22T06:45:00.250Z</W>"
      "<BadI>4x</BadI><BadN>NaN</BadN><Inf>inf</Inf><BadT>yes</BadT><BadW>yesterday</BadW><E/></R>");
  const auto root = tree.root();
  EXPECT_EQ(root.integer("I"), 42);
  EXPECT_EQ(root.number("N"), -1500);
  EXPECT_EQ(root.boolean("T"), true);
  EXPECT_EQ(iso8601(root.time("W").value()), "2026-11-22T06:45:00.250Z");
  EXPECT_EQ(root.integer("BadI").error().message, "R/BadI: '4x' is no whole number");
  EXPECT_FALSE(root.number("BadN"));
  EXPECT_FALSE(root.number("Inf"));
  EXPECT_FALSE(root.boolean("BadT"));
  EXPECT_FALSE(root.time("BadW"));
  EXPECT_FALSE(root.text("E"));
}

TEST(Xml, LetsOptionalValuesBeAbsentButNotWrong) {
  const auto tree = document("<R><Port>80x</Port><Empty/></R>");
  EXPECT_EQ(tree.root().optional_integer("Gone").value(), std::nullopt);
  EXPECT_EQ(tree.root().optional_integer("Empty").value(), std::nullopt);
  EXPECT_FALSE(tree.root().optional_integer("Port"));
  EXPECT_EQ(tree.root().text_or_empty("Gone"), "");
}

TEST(Xml, JoinsTextThatCommentsAndSectionsCutInPieces) {
  EXPECT_EQ(document("<R><T>a<!-- > -->b<![CDATA[<c>]]>&lt;d&#62;</T></R>").root().text("T"), "ab<c><d>");
}

TEST(Xml, RefusesWhatIsEmptyCutOffOrNoXml) {
  EXPECT_EQ(refusal(""), "it is empty");
  EXPECT_EQ(refusal(" \n"), "it is empty");
  EXPECT_NE(refusal("<A><B>text").find("cut off"), std::string::npos);
  EXPECT_NE(refusal("<A><B").find("cut off"), std::string::npos);
  EXPECT_NE(refusal("<A><!-- ").find("cut off"), std::string::npos);
  EXPECT_NE(refusal("<A></B></A>").find("well-formed"), std::string::npos);
  EXPECT_NE(refusal("plain text").find("well-formed"), std::string::npos);
  EXPECT_EQ(refusal("<A/><B/>"), "it has more than one root element");
  EXPECT_EQ(refusal(std::string("<A>\0</A>", 8)), "it holds a zero byte");
}

TEST(Xml, RefusesDocumentTypesSoThatNoEntityIsEverExpanded) {
  EXPECT_NE(refusal("<!DOCTYPE html><html></html>").find("document type"), std::string::npos);
  EXPECT_NE(refusal("<!DOCTYPE r [<!ENTITY a 'aaaa'>]><r>&a;</r>").find("document type"), std::string::npos);
  EXPECT_EQ(document("<R><T>&unknown;</T></R>").root().text("T"), "&unknown;");
}

TEST(Xml, RefusesDepthSizeAndNumberBeforeBuildingATree) {
  EXPECT_EQ(refusal(repeat("<a>", 64) + repeat("</a>", 64)), "accepted");
  EXPECT_EQ(refusal(repeat("<a>", 65) + repeat("</a>", 65)), "it is nested too deeply");
  EXPECT_EQ(refusal(repeat("<a>", 5'000'000)), "it is nested too deeply");
  EXPECT_EQ(refusal("<a>" + repeat("<b/>", XmlDocument::kMaxElements) + "</a>"), "it has too many elements");
  EXPECT_EQ(refusal("<a>" + std::string(XmlDocument::kMaxBytes, 'x') + "</a>"), "it is larger than 64 MiB");
}

TEST(Xml, IsNotConfusedByBracketsInAttributes) {
  EXPECT_EQ(document("<A x='a>b' y=\"/>\"><B>1</B></A>").root().integer("B"), 1);
}

TEST(Xml, StaysValidWhenTheDocumentMoves) {
  auto first = document("<R><T>kept</T></R>");
  const Element root = first.root();
  const XmlDocument second = std::move(first);
  EXPECT_EQ(root.text("T"), "kept");
  EXPECT_EQ(second.root().text("T"), "kept");
}

}  // namespace
}  // namespace evenkeel::wire
