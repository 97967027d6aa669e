#include "report/markup.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "support/xml.h"

namespace digits {
namespace {

TEST(Escape, OfEmptyTextIsEmpty) { EXPECT_EQ(escape(""), ""); }

// All five special characters of XML, in elements and in both kinds of quotes.
TEST(Escape, ReplacesAllSpecialCharacters) {
  EXPECT_EQ(escape("<a href='x' b=\"y\">&amp;"),
            "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;amp;");
}

// U+2013, and a character of four bytes, stay. Bytes that are not UTF-8, including an overlong
// slash, and characters forbidden in XML 1.0 are replaced: any of them would end the parsing of a
// page.
TEST(Escape, KeepsOnlyValidXmlCharacters) {
  EXPECT_EQ(escape("a\xE2\x80\x93\xF0\x9F\x99\x82\t\n\r"), "a\xE2\x80\x93\xF0\x9F\x99\x82\t\n\r");
  for (const char* bad : {"\x01", "\x1F", "\xFF", "\xC3", "\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    EXPECT_EQ(escape(std::string("a") + bad), "a\xEF\xBF\xBD") << bad;
  }
  EXPECT_EQ(escape(std::string_view("\0", 1)), "\xEF\xBF\xBD");
  EXPECT_EQ(escape("\xC0\xAF").find('\xC0'), std::string::npos);
}

// Any bytes are read back as text between the tags, and as an attribute.
TEST(Escape, AnyBytesMakeWellFormedXml) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    const auto text = escape(bytes);
    const auto element = parse_xml("<a b='" + text + "'>" + text + "</a>");
    RC_ASSERT(element.children.empty());
    RC_ASSERT(element.attributes.at("b") == element.text);
    RC_ASSERT(escape(element.text) == text);
  }));
}

// The ellipsis is one of the characters, and no character is split.
TEST(Shortened, CountsCharacters) {
  EXPECT_EQ(shortened("", 3), "");
  EXPECT_EQ(shortened("äöü", 3), "äöü");
  EXPECT_EQ(shortened("äöüß", 3), "äö…");
  EXPECT_EQ(length_of("äöüß"), 4U);
}

}  // namespace
}  // namespace digits
