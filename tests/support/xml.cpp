#include "support/xml.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace digits {

namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kNameEnd = " \t\r\n=/<>\"'&";

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  XmlElement document() {
    if (starts("<!DOCTYPE html>\n")) at_ += 16;
    auto root = element();
    skip_space();
    if (at_ != text_.size()) fail("something after the root");
    return root;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error("xml: " + what + " at byte " + std::to_string(at_) + ": " +
                             std::string(text_.substr(at_ < 40 ? 0 : at_ - 40, 80)));
  }
  bool starts(std::string_view with) const { return text_.substr(at_, with.size()) == with; }
  void expect(std::string_view what) {
    if (!starts(what)) fail("expected " + std::string(what));
    at_ += what.size();
  }
  bool skip_space() {
    const auto from = at_;
    while (at_ < text_.size() && kSpace.find(text_[at_]) != kSpace.npos) ++at_;
    return at_ > from;
  }
  std::string name() {
    const auto end = std::min(text_.find_first_of(kNameEnd, at_), text_.size());
    if (end == at_) fail("expected a name");
    const auto found = std::string(text_.substr(at_, end - at_));
    at_ = end;
    return found;
  }

  // Text up to one of `ends`, which is not consumed.
  std::string characters(std::string_view ends) {
    std::string out;
    for (; at_ < text_.size() && ends.find(text_[at_]) == ends.npos; ++at_) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '<') fail("a bare <");
      if (c < 0x20 && kSpace.find(text_[at_]) == kSpace.npos) fail("a control character");
      out += c == '&' ? entity() : text_[at_];
    }
    return out;
  }
  char entity() {
    static const std::map<std::string_view, char> kEntities{
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
    for (const auto& [text, character] : kEntities) {
      if (!starts(text)) continue;
      at_ += text.size() - 1;
      return character;
    }
    fail("a bare &");
  }

  XmlElement element() {
    XmlElement element;
    expect("<");
    element.name = name();
    while (skip_space() && !starts(">") && !starts("/>")) {
      const auto key = name();
      expect("=");
      const char quote = starts("'") ? '\'' : '"';
      expect(std::string_view(&quote, 1));
      if (!element.attributes.emplace(key, characters({&quote, 1})).second) fail("twice " + key);
      expect(std::string_view(&quote, 1));
    }
    if (starts("/>")) {
      at_ += 2;
      return element;
    }
    expect(">");
    for (;;) {
      element.text += characters("<");
      if (starts("</")) break;
      element.children.push_back(this->element());
    }
    expect("</" + element.name + ">");
    return element;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void collect(const XmlElement& root, const std::string& name, const std::string& of_class,
             std::vector<XmlElement>& found) {
  for (const auto& child : root.children) {
    const auto at = child.attributes.find("class");
    std::istringstream words(at == child.attributes.end() ? "" : at->second);
    bool fits = of_class.empty();
    for (std::string word; words >> word;) fits = fits || word == of_class;
    if (child.name == name && fits) found.push_back(child);
    collect(child, name, of_class, found);
  }
}

}  // namespace

const std::string& XmlElement::attribute(const std::string& key) const {
  static const std::string kNone;
  const auto at = attributes.find(key);
  if (at != attributes.end()) return at->second;
  ADD_FAILURE() << "<" << name << "> has no " << key;
  return kNone;
}

double XmlElement::number(const std::string& key) const {
  const auto& value = attribute(key);
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  EXPECT_TRUE(!value.empty() && *end == '\0') << name << " " << key << "='" << value << "'";
  return number;
}

std::string XmlElement::all_text() const {
  auto all = text;
  for (const auto& child : children) all += child.all_text();
  return all;
}

XmlElement parse_xml(std::string_view text) { return Reader(text).document(); }

std::vector<XmlElement> elements(const XmlElement& root, const std::string& name,
                                 const std::string& of_class) {
  std::vector<XmlElement> found;
  collect(root, name, of_class, found);
  return found;
}

}  // namespace digits
