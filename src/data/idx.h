// Reads and writes IDX, the format of MNIST: two zero bytes, a type byte, a rank byte, `rank`
// big-endian 32-bit dimensions, then the elements in row-major order. docs/formats.md specifies
// each byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace digits {

enum class IdxType : std::uint8_t {
  kUnsignedByte = 0x08,
  kSignedByte = 0x09,
  kShort = 0x0B,   // 16 bits, signed
  kInt = 0x0C,     // 32 bits, signed
  kFloat = 0x0D,   // 32 bits, IEEE 754
  kDouble = 0x0E,  // 64 bits, IEEE 754
};

// "unsigned byte", "float32", ...
const char* to_string(IdxType type) noexcept;

// An n-dimensional array; the number of elements is the product of dims. Elements of type unsigned
// byte, as in image sets, are in `values`, others in `numbers`, each as the nearest float32:
// finite stays finite.
struct IdxArray {
  std::vector<std::uint32_t> dims;
  std::vector<std::uint8_t> values;
  IdxType type = IdxType::kUnsignedByte;
  std::vector<float> numbers = {};
};

// The fields before the elements.
struct IdxHeader {
  IdxType type = IdxType::kUnsignedByte;
  std::vector<std::uint32_t> dims;
  std::size_t bytes() const { return 4 + 4 * dims.size(); }
};
constexpr std::size_t kMaxIdxRank = 4;  // count, rows, cols, channels
constexpr std::size_t kMaxIdxHeader = 4 + 4 * kMaxIdxRank;

// Decodes the header of a file that begins with `bytes`. `name` is for messages. Throws
// idx.truncated, idx.magic, idx.type and idx.rank, see below.
IdxHeader parse_idx_header(std::string_view bytes, const std::string& name);

// Throws idx.truncated or idx.trailing unless `size`, in bytes, is the size that the header
// specifies.
void require_idx_size(std::uint64_t size, std::uint64_t expected, const std::string& name);

// Decodes a whole IDX file. `name` is for messages. Throws, before it allocates memory for the
// dimensions:
//   idx.truncated   fewer bytes than header and dims require
//   idx.magic       the first two bytes are not zero
//   idx.type        none of the types above
//   idx.rank        no dimensions, or more than four
//   idx.dims        a dimension of zero (except the first: an empty set is valid), or above 1 GiB
//   in
//                   all
//   idx.trailing    more bytes than header and dims require
IdxArray parse_idx(std::string_view bytes, const std::string& name);

// Encodes an array of unsigned bytes; values.size() must be the product of dims.
std::string format_idx(const IdxArray& array);

// Reads a file, gzip'd or not (detected by content, not by name). Throws as parse_idx, and input.*.
IdxArray read_idx(const std::filesystem::path& path);

// Writes atomically, gzip'd when the name ends in .gz.
void write_idx(const std::filesystem::path& path, const IdxArray& array);

}  // namespace digits
