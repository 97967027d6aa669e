// Reads and writes whole JSON documents with a "schema" key ("digits.evaluation/1").
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

// Instantiated once, in json.cpp: each file that includes this compiles a second or two faster.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace digits {

using Json = nlohmann::ordered_json;  // keys keep their order, chosen for human readers

// Parses `text`; `family` ("package") makes the error codes. Throws FAMILY.malformed.
Json parse_json(const std::string& text, const std::string& name, const std::string& family);

// Parses a document and checks its schema. Throws FAMILY.malformed, and FAMILY.schema when another
// version of digits wrote it.
Json parse_document(const std::string& text, const std::string& name, const std::string& schema,
                    const std::string& family);

// Reads a document from a file. Throws input.* for the file, and as parse_document.
Json read_json(const std::filesystem::path& path, const std::string& schema,
               const std::string& family);

// The value at a JSON pointer ("/test/count") as T. Throws FAMILY.malformed when it is missing or
// of another type.
template <typename T>
T json_at(const Json& document, const std::string& pointer, const std::string& family);

// `content` with its schema in front.
Json with_schema(const std::string& schema, const Json& content);

// The document's text; bytes that are not UTF-8, which file names may have, become U+FFFD. `indent`
// as in nlohmann's dump: -1 is one line.
std::string to_text(const Json& document, int indent);

// Writes a document atomically, indented, with a newline at the end.
void write_json(const std::filesystem::path& path, const Json& document);

// The error behind json_at, outside the template.
[[noreturn]] void throw_malformed(const std::string& family, const std::string& message);

template <typename T>
T json_at(const Json& document, const std::string& pointer, const std::string& family) {
  try {
    return document.at(Json::json_pointer(pointer)).get<T>();
  } catch (const nlohmann::json::exception& error) {
    throw_malformed(family, pointer + ": " + error.what());
  }
}

}  // namespace digits
