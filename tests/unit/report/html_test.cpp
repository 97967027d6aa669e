#include "report/html.h"

#include <gmock/gmock.h>

#include <utility>

#include "support/sample_page.h"
#include "support/xml.h"

namespace digits::html {
namespace {

std::size_t count_of(const std::string& what, const std::string& text) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++count;
  return count;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// Without sections, rows and pictures it is still a page.
TEST(Page, WithoutContentIsWellFormed) {
  const auto root = parse_xml(page({}));
  EXPECT_EQ(root.name, "html");
  EXPECT_EQ(elements(root, "main").size(), 1U);
  const auto parts = cards({}) + table({}) + figures({}) + pictures({}) + details("", {});
  EXPECT_EQ(parse_xml("<body>" + parts.text + "</body>").children.size(), 5U);
}

// A page with all elements is well-formed, small enough to be mailed, and the same each time.
TEST(Page, WithEveryElementIsWellFormed) {
  const auto text = page(sample_page());
  const auto root = parse_xml(text);
  EXPECT_EQ(elements(root, "dl", "card").size(), 4U);
  EXPECT_EQ(elements(root, "svg").size(), 7U);
  EXPECT_EQ(elements(root, "table").size(), 3U);
  EXPECT_EQ(elements(root, "img").size(), 12U);
  EXPECT_EQ(elements(root, "details").size(), 1U);
  EXPECT_GT(text.size(), 50000U);
  EXPECT_LT(text.size(), 600000U);
  EXPECT_EQ(page(sample_page()), text);
}

// The page loads nothing and runs nothing, and its policy forbids both for injected content.
TEST(Page, LoadsNoExternalResource) {
  const auto text = page(sample_page());
  const auto root = parse_xml(text);
  const auto bare = replaced(text, "xmlns='http://www.w3.org/2000/svg'", "");
  for (const char* forbidden :
       {"http:", "https:", "url(", "@import", "src='/", "<script", "<link", "<iframe", "<object"}) {
    EXPECT_EQ(count_of(forbidden, bare), 0U) << forbidden;
  }
  for (const auto& image : elements(root, "img")) {
    EXPECT_THAT(image.attribute("src"), testing::StartsWith("data:image/png;base64,"));
  }
  for (const auto& link : elements(root, "a")) {
    EXPECT_THAT(link.attribute("href"), testing::StartsWith("#"));
  }
  EXPECT_THAT(elements(root, "meta").at(1).attribute("content"),
              testing::StartsWith("default-src 'none';"));
}

// Any name of a class, a file or a gate, in every text: the page has the same elements as with
// harmless texts, and shows the text unchanged.
TEST(Page, EscapesMarkupInTexts) {
  const std::string evil = "</title></style><script>alert(1)</script>'\" onload='x' & &amp; ]]>";
  const auto text = page(sample_page({evil}));
  const auto harmless = parse_xml(page(sample_page({"a"})));
  const auto root = parse_xml(text);
  EXPECT_EQ(count_of("<script", text), 0U);
  for (const char* name : {"script", "title", "text", "td", "th", "dd", "img", "h2", "figure"}) {
    EXPECT_EQ(elements(root, name).size(), elements(harmless, name).size()) << name;
  }
  for (const auto& [name, of_class] :
       std::vector<std::pair<std::string, std::string>>{{"h1", ""},
                                                        {"h2", ""},
                                                        {"a", ""},
                                                        {"p", ""},
                                                        {"dt", ""},
                                                        {"dd", "value"},
                                                        {"dd", "detail"},
                                                        {"caption", ""},
                                                        {"figcaption", ""},
                                                        {"summary", ""},
                                                        {"footer", ""}}) {
    for (const auto& element : elements(root, name, of_class)) {
      EXPECT_EQ(element.text, evil) << name;
      EXPECT_TRUE(element.children.empty()) << name;
    }
  }
  for (const auto& cell : elements(root, "td")) {
    EXPECT_THAT(cell.all_text(), testing::AnyOf("none", testing::EndsWith(evil)));
  }
  for (const auto& image : elements(root, "img")) EXPECT_EQ(image.attribute("alt"), evil);
  for (const auto& svg : elements(root, "svg")) {
    EXPECT_THAT(svg.attribute("aria-label"), testing::StartsWith(evil));
    EXPECT_EQ(elements(svg, "title").at(0).text, evil);
  }
}

// The test vectors of RFC 4648, section 10, for padding and end, and a NUL inside.
TEST(Pictures, AreEncodedAsBase64) {
  const std::vector<std::pair<std::string, std::string>> vectors{
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {std::string("\0\xFF", 2), "AP8="}};
  for (const auto& [bytes, encoded] : vectors) {
    const auto root = parse_xml(pictures({{bytes, "caption"}}).text);
    EXPECT_EQ(elements(root, "img").at(0).attribute("src"), "data:image/png;base64," + encoded);
  }
}

// A caption is a text below its chart. A chart without one has no empty element.
TEST(Figures, HaveTheirCaptions) {
  const Markup chart{"<svg/>"};
  EXPECT_EQ(figures({{chart, "a < b"}, {chart, ""}}).text,
            "<div class='figures'>\n"
            "<figure><div class='plot'><svg/></div><figcaption>a &lt; b</figcaption></figure>\n"
            "<figure><div class='plot'><svg/></div></figure>\n"
            "</div>\n");
}

// A picture has its caption below it, and as its text for readers who do not see it.
TEST(Pictures, HaveTheirCaptions) {
  EXPECT_EQ(pictures({{"foo", "a < b"}, {"f", ""}}, 50).text,
            "<div class='pictures' style='grid-template-columns: repeat(auto-fill, min(50px, "
            "100%))'>\n"
            "<figure><img src='data:image/png;base64,Zm9v' alt='a &lt; b'/>"
            "<figcaption>a &lt; b</figcaption></figure>\n"
            "<figure><img src='data:image/png;base64,Zg==' alt=''/></figure>\n"
            "</div>\n");
}

// Numbers are right-aligned below their heading. A verdict has a sign besides its colour.
TEST(Table, AlignsNumbersAndMarksVerdicts) {
  const auto root = parse_xml(
      table({"caption",
             {{"name"}, {"value", true}, {"verdict"}},
             {{{"a"}, {"1"}, {"fine", Verdict::kPass}}, {{"b"}, {"2"}, {"no", Verdict::kFail}}}})
          .text);
  EXPECT_EQ(root.attribute("aria-label"), "caption");
  EXPECT_EQ(elements(root, "th", "number").size(), 1U);
  EXPECT_EQ(elements(root, "td", "number").size(), 2U);
  EXPECT_EQ(elements(root, "td", "number").at(1).text, "2");
  EXPECT_EQ(elements(root, "span", "pass").at(0).text, "✓ fine");
  EXPECT_EQ(elements(root, "span", "fail").at(0).text, "✗ no");
}

TEST(Table, RejectsCellsBeyondItsColumns) {
  EXPECT_THROW(table({"", {{"a"}}, {{{"1"}, {"2"}}}}), std::out_of_range);
}

// The charts' style sheet is in the page once, for any number of charts.
TEST(Page, HasTheChartStyleOnce) {
  const auto text = page(sample_page());
  EXPECT_EQ(count_of(chart_style(), text), 1U);
  EXPECT_EQ(count_of("<style>", text), 1U);
  EXPECT_EQ(count_of(page_style(), text), 1U);
}

// Every section can be reached from the top.
TEST(Page, LinksToItsSections) {
  const auto root = parse_xml(page({"", "", {{"first", {}}, {"second", {}}}, ""}));
  const auto links = elements(root, "a");
  const auto headings = elements(root, "h2");
  ASSERT_EQ(links.size(), 2U);
  ASSERT_EQ(headings.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(links[i].attribute("href"), "#" + headings[i].attribute("id"));
    EXPECT_EQ(links[i].text, headings[i].text);
  }
  EXPECT_NE(headings[0].attribute("id"), headings[1].attribute("id"));
}

}  // namespace
}  // namespace digits::html
