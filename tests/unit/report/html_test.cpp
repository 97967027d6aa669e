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
  const auto parts = cards({}) + table({}) + figures({}) + pictures({}, 104) + details("", {});
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
    const auto root = parse_xml(pictures({{bytes, "caption"}}, 104).text);
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

// The whole text of a page with each element, of which some are empty.
TEST(Page, IsWrittenToTheCharacter) {
  const Table scores{"Scores",
                     {{"class"}, {"share", true}},
                     {{{"a & b"}, {"0.5", Verdict::kPass}},
                      {{"c"}, {"1", Verdict::kWarning}},
                      {{"d"}, {"2", Verdict::kFail}}}};
  const Markup chart{"<svg><style>" + chart_style() + "</style>\n<title>t</title></svg>"};
  const auto content =
      heading("Part") + paragraph("1 < 2") + preformatted("a\n b") +
      cards({{"gates", "2 of 3", "passed", Verdict::kWarning}, {"loss", "0.1", ""}}) +
      table(scores) + table({"", {{"code"}, {"what"}}, {}}) +
      figures({{chart, "below"}, {chart, ""}}) + pictures({{"foo", "seen"}, {"", ""}}, 190) +
      details("More", paragraph("inside"));
  const std::string expected =
      "<!DOCTYPE html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'/>\n"
      "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; img-src data:; "
      "style-src 'unsafe-inline'\"/>\n"
      "<meta name='viewport' content='width=device-width, initial-scale=1'/>\n"
      "<title>T &amp; t</title>\n<style>" +
      page_style() + chart_style() +
      "</style>\n</head>\n<body>\n"
      "<header>\n<h1>T &amp; t</h1>\n<p>below it</p>\n<nav aria-label='Sections'>\n"
      "<a href='#s1'>One</a>\n<a href='#s2'>Two</a>\n</nav>\n</header>\n<main>\n"
      "<section>\n<h2 id='s1'>One</h2>\n"
      "<h3>Part</h3>\n<p>1 &lt; 2</p>\n<pre class='scroll' tabindex='0'>a\n b</pre>\n"
      "<div class='cards'>\n"
      "<dl class='card warning'><dt>gates</dt><dd class='value'>2 of 3</dd>"
      "<dd class='detail'>passed</dd></dl>\n"
      "<dl class='card'><dt>loss</dt><dd class='value'>0.1</dd><dd class='detail'></dd></dl>\n"
      "</div>\n"
      "<div class='scroll' role='region' tabindex='0' aria-label='Scores'>\n"
      "<table><caption>Scores</caption>\n"
      "<thead><tr><th scope='col'>class</th><th scope='col' class='number'>share</th></tr>"
      "</thead>\n<tbody>\n"
      "<tr><th scope='row'>a &amp; b</th>"
      "<td class='number'><span class='badge pass'>✓ 0.5</span></td></tr>\n"
      "<tr><th scope='row'>c</th>"
      "<td class='number'><span class='badge warning'>! 1</span></td></tr>\n"
      "<tr><th scope='row'>d</th>"
      "<td class='number'><span class='badge fail'>✗ 2</span></td></tr>\n"
      "</tbody></table></div>\n"
      "<div class='scroll' role='region' tabindex='0' aria-label=''>\n<table>\n"
      "<thead><tr><th scope='col'>code</th><th scope='col'>what</th></tr></thead>\n<tbody>\n"
      "<tr><td colspan='2'>none</td></tr>\n</tbody></table></div>\n"
      "<div class='figures'>\n"
      "<figure><div class='plot'><svg><title>t</title></svg></div>"
      "<figcaption>below</figcaption></figure>\n"
      "<figure><div class='plot'><svg><title>t</title></svg></div></figure>\n"
      "</div>\n"
      "<div class='pictures' style='grid-template-columns: repeat(auto-fill, "
      "min(190px, 100%))'>\n"
      "<figure><img src='data:image/png;base64,Zm9v' alt='seen'/>"
      "<figcaption>seen</figcaption></figure>\n"
      "<figure><img src='data:image/png;base64,' alt=''/></figure>\n"
      "</div>\n"
      "<details><summary>More</summary>\n<p>inside</p>\n</details>\n"
      "</section>\n<section>\n<h2 id='s2'>Two</h2>\n</section>\n"
      "</main>\n<footer>the end</footer>\n</body>\n</html>\n";
  EXPECT_EQ(page({"T & t", "below it", {{"One", content}, {"Two", {}}}, "the end"}), expected);
}

}  // namespace
}  // namespace digits::html
