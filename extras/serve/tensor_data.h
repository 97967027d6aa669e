// Reads the values of an input, from JSON or from the bytes after it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "serve/json_fields.h"

namespace digits {

using TensorShape = std::vector<std::size_t>;

// FP32 values in [0, 1], or UINT8 values divided by 255, of this shape: flat, or nested like the
// shape. Throw request.data for a wrong number or type of values, request.range for values outside.
std::vector<float> read_floats(JsonElement data, const TensorShape& shape);
std::vector<float> read_pixels(JsonElement data, const TensorShape& shape);

// The same from little-endian bytes.
std::vector<float> read_float_bytes(std::string_view bytes, const TensorShape& shape);
std::vector<float> read_pixel_bytes(std::string_view bytes, const TensorShape& shape);

// `count` strings: from JSON in base64, or from bytes, each after its length (u32, little-endian).
// Throw request.data and request.base64.
std::vector<std::string> read_strings(JsonElement data, std::size_t count);
std::vector<std::string> read_string_bytes(std::string_view bytes, std::size_t count);

}  // namespace digits
