// A strict reader for the XML that this project writes: no comments, no CDATA, no processing
// instructions, no entities but the five of XML and none by number but &#39;.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace digits {

struct XmlElement {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text;  // directly inside, entities resolved
  std::vector<XmlElement> children;

  // The attribute; fails the test when there is none.
  const std::string& attribute(const std::string& name) const;
  double number(const std::string& attribute) const;
  // All text inside, that of the children too.
  std::string all_text() const;
};

// The root element, after an optional <!DOCTYPE html>. Throws std::runtime_error, saying what was
// found where, unless the text is well-formed and whole: tags that match, attributes that are
// quoted and stand once, no bare < or &, no characters that XML cannot hold, nothing after the
// root.
XmlElement parse_xml(std::string_view text);

// Elements below `root`, in the document's order, of this name and, unless it is empty, of this
// class.
std::vector<XmlElement> elements(const XmlElement& root, const std::string& name,
                                 const std::string& of_class = "");

}  // namespace digits
