// IDX, the format of MNIST: two zero bytes, a type byte, a rank byte, `rank` big-endian 32-bit
// dimensions, then the elements in row-major order. docs/formats.md has it to the byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace digits {

// An n-dimensional array of bytes (IDX type 0x08, the one that image sets use).
struct IdxArray {
  std::vector<std::uint32_t> dims;
  std::vector<std::uint8_t> values;  // the product of dims
};

// Decodes a whole IDX file. `name` is for messages. Throws, before it allocates by what the header
// claims:
//   idx.truncated   fewer bytes than header and dims promise
//   idx.magic       the first two bytes are not zero
//   idx.type        an element type other than unsigned byte
//   idx.rank        no dimensions, or more than four
//   idx.dims        a dimension of zero (but the first: an empty set is valid), or above 1 GiB in
//   all idx.trailing    more bytes than promised
IdxArray parse_idx(std::string_view bytes, const std::string& name);

// Encodes an array; values.size() must be the product of dims.
std::string format_idx(const IdxArray& array);

// Reads a file, gzip'd or not (by content, not by name). Throws as parse_idx, and input.*.
IdxArray read_idx(const std::filesystem::path& path);

// Writes atomically, gzip'd when the name ends in .gz.
void write_idx(const std::filesystem::path& path, const IdxArray& array);

}  // namespace digits
