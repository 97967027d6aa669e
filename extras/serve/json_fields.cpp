#include "serve/json_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/printable.h"

namespace digits {

namespace {

constexpr std::size_t kDepth = 16;
constexpr std::size_t kMaxReusedParserBytes =
    1U << 20U;  // a parser with a larger buffer is not reused for less

std::string shortened(std::string_view text) { return printable(text.substr(0, 60)); }

std::string place(const std::string& where, std::string_view name) {
  return where.empty() ? shortened(name) : fmt::format("{}.{}", where, shortened(name));
}

simdjson::dom::parser& this_threads_parser(std::size_t bytes) {
  thread_local simdjson::dom::parser parser;
  if (parser.capacity() > std::max(bytes, kMaxReusedParserBytes)) parser = simdjson::dom::parser();
  if (parser.max_depth() != kDepth &&
      parser.allocate(std::max<std::size_t>(bytes, 4096), kDepth) != simdjson::SUCCESS) {
    throw std::bad_alloc();
  }
  return parser;
}

}  // namespace

void throw_field(const std::string& where, const std::string& seen, const std::string& expected) {
  throw Error(
      "request.field",
      fmt::format("{} is {}, expected {}", where.empty() ? "the request" : where, seen, expected),
      "GET /v2/models/NAME describes the inputs and outputs");
}

const char* type_of(JsonElement value) {
  switch (value.type()) {
    case simdjson::dom::element_type::ARRAY:
      return "an array";
    case simdjson::dom::element_type::OBJECT:
      return "an object";
    case simdjson::dom::element_type::STRING:
      return "a string";
    case simdjson::dom::element_type::BOOL:
      return "a boolean";
    case simdjson::dom::element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

JsonElement parse_request_json(std::string_view text) {
  JsonElement root;
  const auto error = this_threads_parser(text.size()).parse(text.data(), text.size()).get(root);
  if (error == simdjson::SUCCESS) return root;
  throw Error("request.json",
              fmt::format("{} bytes that are no JSON ({}), expected one object of UTF-8 text, at "
                          "most {} levels deep",
                          text.size(), simdjson::error_message(error), kDepth),
              "NaN, Infinity and trailing commas are no JSON");
}

JsonFields fields_of(JsonElement object, const std::string& where,
                     const std::vector<std::string_view>& known, std::size_t required) {
  if (!object.is_object()) throw_field(where, type_of(object), "an object");
  JsonFields fields;
  for (const auto [name, value] : simdjson::dom::object(object)) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw_field(place(where, name), "unknown", fmt::format("{}", fmt::join(known, ", ")));
    }
    if (!fields.emplace(name, value).second) throw_field(place(where, name), "there twice", "once");
  }
  for (std::size_t i = 0; i < required; ++i) {
    if (fields.count(known[i]) == 0) throw_field(place(where, known[i]), "missing", "it");
  }
  return fields;
}

JsonFields parameters_of(const JsonFields& fields, const std::string& where) {
  const auto found = fields.find("parameters");
  if (found == fields.end()) return {};
  const auto here = place(where, "parameters");
  if (!found->second.is_object()) throw_field(here, type_of(found->second), "an object");
  JsonFields parameters;
  for (const auto [name, value] : simdjson::dom::object(found->second)) {
    if (!parameters.emplace(name, value).second) {
      throw_field(place(here, name), "there twice", "once");
    }
  }
  return parameters;
}

std::string string_at(JsonElement value, const std::string& where) {
  if (!value.is_string()) throw_field(where, type_of(value), "a string");
  return std::string(std::string_view(value));
}

bool bool_at(JsonElement value, const std::string& where) {
  if (!value.is_bool()) throw_field(where, type_of(value), "true or false");
  return bool(value);
}

std::size_t whole_number_at(JsonElement value, const std::string& where) {
  std::uint64_t number = 0;
  if (value.get(number) != simdjson::SUCCESS) {
    const auto seen = value.is_number() ? shortened(simdjson::minify(value)) : type_of(value);
    throw_field(where, seen, "a whole number of at least 0");
  }
  return number;
}

std::vector<JsonElement> array_at(JsonElement value, const std::string& where) {
  if (!value.is_array()) throw_field(where, type_of(value), "an array");
  std::vector<JsonElement> elements;
  for (const auto element : simdjson::dom::array(value)) elements.push_back(element);
  return elements;
}

}  // namespace digits
