// Reads JSON objects strictly: each field once, of its type, and no unknown field.
#pragma once

#include <simdjson.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace digits {

using JsonElement = simdjson::dom::element;
using JsonFields = std::map<std::string_view, JsonElement>;

// The document in `text`, at most 16 levels deep. Valid until the next call on the same thread.
// Throws request.json.
JsonElement parse_request_json(std::string_view text);

// The fields of the object at `where` ("inputs[0]"; empty: the request). Throws request.field for
// another type, for a duplicate field, for one that is not among `known`, and when one of the first
// `required` of those is missing.
JsonFields fields_of(JsonElement object, const std::string& where,
                     const std::vector<std::string_view>& known, std::size_t required);

// The parameters of the object at `where`; empty if absent. Unknown ones are allowed.
JsonFields parameters_of(const JsonFields& fields, const std::string& where);

// The value as this type. Throw request.field.
std::string string_at(JsonElement value, const std::string& where);
bool bool_at(JsonElement value, const std::string& where);
std::size_t whole_number_at(JsonElement value, const std::string& where);
std::vector<JsonElement> array_at(JsonElement value, const std::string& where);

[[noreturn]] void throw_field(const std::string& where, const std::string& seen,
                              const std::string& expected);

// "a string", "an array", ...
const char* type_of(JsonElement value);

}  // namespace digits
