// A strict reader for the XML that this project writes: no comments, no CDATA, no processing
// instructions, no entities except the five of XML, and no numeric entities except &#39;.
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

  // The attribute. Fails the test when it is missing.
  const std::string& attribute(const std::string& name) const;
  double number(const std::string& attribute) const;
  // All text inside, including that of the children.
  std::string all_text() const;
};

// The root element, after an optional <!DOCTYPE html>. Throws std::runtime_error with the place and
// the text found, unless the text is well-formed and complete: tags that match, attributes that are
// quoted and unique, no bare < or &, no characters that XML cannot hold, and nothing after the
// root.
XmlElement parse_xml(std::string_view text);

// Elements below `root`, in document order, with this name and, unless it is empty, this class.
std::vector<XmlElement> elements(const XmlElement& root, const std::string& name,
                                 const std::string& of_class = "");

}  // namespace digits
