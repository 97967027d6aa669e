#include "base/json.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace digits {

void throw_malformed(const std::string& family, const std::string& message) {
  throw Error(family + ".malformed", message, "the file was edited or damaged: create it again");
}

Json parse_json(const std::string& text, const std::string& name, const std::string& family) {
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    throw_malformed(family, fmt::format("{}: {}", name, error.what()));
  }
}

Json parse_document(const std::string& text, const std::string& name, const std::string& schema,
                    const std::string& family) {
  auto document = parse_json(text, name, family);
  const auto seen = document.find("schema");
  if (seen == document.end() || !seen->is_string()) {
    throw_malformed(family, fmt::format("{}: no schema, expected {}", name, schema));
  }
  if (*seen == schema) return document;
  throw Error(family + ".schema",
              fmt::format("{}: schema {}, expected {}", name, seen->get<std::string>(), schema),
              "it was written by another version of digits");
}

Json read_json(const std::filesystem::path& path, const std::string& schema,
               const std::string& family) {
  return parse_document(read_file(path), path.string(), schema, family);
}

Json with_schema(const std::string& schema, const Json& content) {
  Json document{{"schema", schema}};
  document.update(content);
  return document;
}

std::string to_text(const Json& document, int indent) {
  return document.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

void write_json(const std::filesystem::path& path, const Json& document) {
  write_file(path, to_text(document, 2) + "\n");
}

}  // namespace digits
