#include "serve/tensor_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <numeric>

#include "base/error.h"

namespace digits {

namespace {

using simdjson::dom::element_type;

std::size_t size_of(const TensorShape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

[[noreturn]] void throw_data(const std::string& seen, const std::string& expected) {
  throw Error("request.data", fmt::format("inputs[0].data has {}, expected {}", seen, expected),
              "its size is the product of the shape; its values are numbers, flat or nested as the "
              "shape is");
}

[[noreturn]] void throw_range(double value, std::size_t index) {
  throw Error("request.range", fmt::format("value {:g} at index {}, expected 0 to 1", value, index),
              "divide pixels by 255, or send them as UINT8 under the name pixels");
}

std::string shape_text(const TensorShape& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

float checked_unit(double value, std::size_t index) {
  if (value >= 0.0 && value <= 1.0) return static_cast<float>(value);  // NaN is outside
  throw_range(value, index);
}

float unit_of(std::uint8_t pixel) {
  static const auto kUnits = [] {
    std::array<float, 256> units{};
    for (std::size_t i = 0; i < units.size(); ++i) units[i] = static_cast<float>(i) / 255.0F;
    return units;
  }();
  return kUnits[pixel];
}

float float_at(JsonElement value, std::size_t index) {
  double number = 0.0;
  if (value.get(number) == simdjson::SUCCESS) return checked_unit(number, index);
  throw_data(fmt::format("{} at index {}", type_of(value), index), "numbers");
}

float pixel_at(JsonElement value, std::size_t index) {
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS && number >= 0 && number <= 255) {
    return unit_of(static_cast<std::uint8_t>(number));
  }
  throw_data(fmt::format("{} {} at index {}", type_of(value),
                         value.is_number() ? std::string(simdjson::minify(value)) : "", index),
             "whole numbers of 0 to 255");
}

template <typename Read>
void read_level(JsonElement data, const TensorShape& shape, std::size_t level, const Read& read,
                std::vector<float>& values) {
  if (!data.is_array()) throw_data(fmt::format("{} at level {}", type_of(data), level), "an array");
  std::size_t count = 0;
  for (const auto element : simdjson::dom::array(data)) {
    if (++count > shape[level]) break;
    if (level + 1 == shape.size()) {
      values.push_back(read(element, values.size()));
    } else {
      read_level(element, shape, level + 1, read, values);
    }
  }
  if (count != shape[level]) {
    throw_data(fmt::format("{} elements at level {}",
                           count > shape[level] ? fmt::format("more than {}", shape[level])
                                                : std::to_string(count),
                           level),
               fmt::format("the shape {}", shape_text(shape)));
  }
}

template <typename Read>
std::vector<float> read_values(JsonElement data, const TensorShape& shape, const Read& read) {
  if (!data.is_array()) throw_data(type_of(data), "an array");
  const simdjson::dom::array array(data);
  const auto first = array.begin();
  const bool nested = first != array.end() && (*first).is_array();
  std::vector<float> values;
  values.reserve(size_of(shape));
  read_level(data, nested ? shape : TensorShape{size_of(shape)}, 0, read, values);
  return values;
}

void require_bytes(std::string_view bytes, std::size_t expected) {
  if (bytes.size() == expected) return;
  throw Error("request.binary",
              fmt::format("{} bytes of tensor, expected {} for its shape", bytes.size(), expected),
              "binary_data_size is the number of bytes after the JSON");
}

std::string decode_base64(std::string_view text, std::size_t index) {
  const auto alphabet = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '+' || c == '/';
  };
  const auto end = text.find_last_not_of('=') + 1;
  const bool valid =
      !text.empty() && text.size() % 4 == 0 && text.size() - end <= 2 &&
      std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), alphabet);
  std::string bytes(text.size() / 4 * 3, '\0');
  const auto* const in = reinterpret_cast<const unsigned char*>(text.data());
  const int length = valid ? EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), in,
                                             static_cast<int>(text.size()))
                           : -1;
  if (length < 0) {
    throw Error(
        "request.base64",
        fmt::format("inputs[0].data[{}]: {} characters that are no base64", index, text.size()),
        "encode the file's bytes by RFC 4648 with padding, as `base64 -w 0` does");
  }
  bytes.resize(static_cast<std::size_t>(length) - (text.size() - end));
  return bytes;
}

}  // namespace

std::vector<float> read_floats(JsonElement data, const TensorShape& shape) {
  return read_values(data, shape, float_at);
}

std::vector<float> read_pixels(JsonElement data, const TensorShape& shape) {
  return read_values(data, shape, pixel_at);
}

std::vector<float> read_float_bytes(std::string_view bytes, const TensorShape& shape) {
  std::vector<float> values(size_of(shape));
  require_bytes(bytes, values.size() * sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  for (std::size_t i = 0; i < values.size(); ++i) checked_unit(double{values[i]}, i);
  return values;
}

std::vector<float> read_pixel_bytes(std::string_view bytes, const TensorShape& shape) {
  require_bytes(bytes, size_of(shape));
  std::vector<float> values;
  values.reserve(bytes.size());
  for (const char byte : bytes) values.push_back(unit_of(static_cast<std::uint8_t>(byte)));
  return values;
}

std::vector<std::string> read_strings(JsonElement data, std::size_t count) {
  if (!data.is_array()) throw_data(type_of(data), "an array of strings");
  std::vector<std::string> strings;
  for (const auto element : simdjson::dom::array(data)) {
    if (!element.is_string()) throw_data(type_of(element), "strings");
    if (strings.size() == count)
      throw_data(fmt::format("more than {} strings", count), "the shape");
    strings.push_back(decode_base64(std::string_view(element), strings.size()));
  }
  if (strings.size() == count) return strings;
  throw_data(fmt::format("{} strings", strings.size()), fmt::format("{}", count));
}

std::vector<std::string> read_string_bytes(std::string_view bytes, std::size_t count) {
  std::vector<std::string> strings;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t length = 0;
    if (bytes.size() < sizeof length)
      throw_data(fmt::format("{} strings", i), fmt::to_string(count));
    std::memcpy(&length, bytes.data(), sizeof length);
    bytes.remove_prefix(sizeof length);
    if (length > bytes.size()) {
      throw_data(fmt::format("a string of {} bytes, but {} are left", length, bytes.size()),
                 "whole strings, each after its length as a 32-bit number");
    }
    strings.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  if (bytes.empty()) return strings;
  throw_data(fmt::format("{} bytes after the last string", bytes.size()), "none");
}

}  // namespace digits
