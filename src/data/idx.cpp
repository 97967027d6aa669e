#include "data/idx.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "base/error.h"
#include "base/files.h"
#include "data/gzip.h"

namespace digits {

namespace {

constexpr std::size_t kMagicBytes = 4;
constexpr std::size_t kMaxBytes = std::size_t{1} << 30;  // 1 GiB: far above any set kept in memory
constexpr const char* kGetAgain = "the file is damaged or not IDX: download it again";

std::uint8_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

std::uint32_t big_endian_at(std::string_view bytes, std::size_t i) {
  return std::uint32_t{byte_at(bytes, i)} << 24 | std::uint32_t{byte_at(bytes, i + 1)} << 16 |
         std::uint32_t{byte_at(bytes, i + 2)} << 8 | std::uint32_t{byte_at(bytes, i + 3)};
}

[[noreturn]] void fail(const char* code, const std::string& name, const std::string& message) {
  throw Error(code, fmt::format("{}: {}", name, message), kGetAgain);
}

void need_bytes(std::uint64_t size, std::uint64_t expected, const std::string& name) {
  if (size >= expected) return;
  fail("idx.truncated", name, fmt::format("{} bytes, expected {}", size, expected));
}

// Bytes per element; 0 for an unknown type.
std::size_t size_of(IdxType type) {
  switch (type) {
    case IdxType::kUnsignedByte:
    case IdxType::kSignedByte:
      return 1;
    case IdxType::kShort:
      return 2;
    case IdxType::kInt:
    case IdxType::kFloat:
      return 4;
    case IdxType::kDouble:
      return 8;
  }
  return 0;
}

// The value of type To that has the low bits of `bits`.
template <typename To, typename Bits>
To from_bits(std::uint64_t bits) {
  static_assert(sizeof(To) == sizeof(Bits));
  const auto low = static_cast<Bits>(bits);
  To value;
  std::memcpy(&value, &low, sizeof value);
  return value;
}

float narrowed(double value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  return static_cast<float>(std::isfinite(value) ? std::clamp(value, -kLargest, kLargest) : value);
}

float number_at(std::string_view bytes, std::size_t i, IdxType type) {
  std::uint64_t bits = 0;
  for (std::size_t b = 0; b < size_of(type); ++b) bits = bits << 8U | byte_at(bytes, i + b);
  switch (type) {
    case IdxType::kUnsignedByte:
      return static_cast<float>(bits);
    case IdxType::kSignedByte:
      return from_bits<std::int8_t, std::uint8_t>(bits);
    case IdxType::kShort:
      return from_bits<std::int16_t, std::uint16_t>(bits);
    case IdxType::kInt:
      return narrowed(from_bits<std::int32_t, std::uint32_t>(bits));
    case IdxType::kFloat:
      return from_bits<float, std::uint32_t>(bits);
    case IdxType::kDouble:
      return narrowed(from_bits<double, std::uint64_t>(bits));
  }
  return 0.0F;
}

// Checks magic, type and rank; returns the rank.
std::size_t parse_magic(std::string_view bytes, const std::string& name) {
  need_bytes(bytes.size(), kMagicBytes, name);
  if (bytes[0] != 0 || bytes[1] != 0) {
    fail("idx.magic", name,
         fmt::format("starts with {:02x} {:02x}, expected 00 00", byte_at(bytes, 0),
                     byte_at(bytes, 1)));
  }
  if (size_of(IdxType{byte_at(bytes, 2)}) == 0) {
    fail("idx.type", name,
         fmt::format("element type 0x{:02x}, expected 0x08 (unsigned byte), 09, 0B, 0C, 0D or 0E",
                     byte_at(bytes, 2)));
  }
  const std::size_t rank = byte_at(bytes, 3);
  if (rank < 1 || rank > kMaxIdxRank) {
    fail("idx.rank", name, fmt::format("{} dimensions, expected 1 to {}", rank, kMaxIdxRank));
  }
  return rank;
}

// The number of elements; each product is checked against the limit before its use.
std::size_t element_count(const std::vector<std::uint32_t>& dims, IdxType type,
                          const std::string& name) {
  const auto limit = kMaxBytes / size_of(type);
  std::size_t count = 1;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    const bool zero = dims[d] == 0 && d > 0;
    if (zero || (count > 0 && dims[d] > limit / count)) {
      fail("idx.dims", name,
           fmt::format("dimensions [{}], expected none of zero and at most {} elements",
                       fmt::join(dims, ", "), limit));
    }
    count *= dims[d];
  }
  return count;
}

}  // namespace

const char* to_string(IdxType type) noexcept {
  switch (type) {
    case IdxType::kUnsignedByte:
      return "unsigned byte";
    case IdxType::kSignedByte:
      return "signed byte";
    case IdxType::kShort:
      return "int16";
    case IdxType::kInt:
      return "int32";
    case IdxType::kFloat:
      return "float32";
    case IdxType::kDouble:
      return "float64";
  }
  return "unknown";
}

IdxHeader parse_idx_header(std::string_view bytes, const std::string& name) {
  const auto rank = parse_magic(bytes, name);
  need_bytes(bytes.size(), kMagicBytes + 4 * rank, name);
  IdxHeader header{IdxType{byte_at(bytes, 2)}, {}};
  for (std::size_t d = 0; d < rank; ++d) {
    header.dims.push_back(big_endian_at(bytes, kMagicBytes + 4 * d));
  }
  return header;
}

void require_idx_size(std::uint64_t size, std::uint64_t expected, const std::string& name) {
  need_bytes(size, expected, name);
  if (size > expected) {
    fail("idx.trailing", name, fmt::format("{} bytes, expected {}", size, expected));
  }
}

IdxArray parse_idx(std::string_view bytes, const std::string& name) {
  const auto header = parse_idx_header(bytes, name);
  const auto size = size_of(header.type);
  const auto count = element_count(header.dims, header.type, name);
  require_idx_size(bytes.size(), header.bytes() + count * size, name);
  IdxArray array;
  array.type = header.type;
  array.dims = header.dims;
  const auto body = bytes.substr(header.bytes());
  if (array.type == IdxType::kUnsignedByte) {
    array.values.assign(body.begin(), body.end());
    return array;
  }
  array.numbers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    array.numbers.push_back(number_at(body, i * size, array.type));
  }
  return array;
}

std::string format_idx(const IdxArray& array) {
  if (array.type != IdxType::kUnsignedByte) {
    throw std::logic_error("format_idx: writes unsigned bytes only");
  }
  std::string bytes{0, 0, static_cast<char>(array.type), static_cast<char>(array.dims.size())};
  for (const auto dim : array.dims) {
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>(dim >> shift & 0xFFU));
  }
  if (element_count(array.dims, array.type, "format_idx") != array.values.size()) {
    throw std::logic_error("format_idx: values do not fill the dimensions");
  }
  bytes.append(array.values.begin(), array.values.end());
  return bytes;
}

IdxArray read_idx(const std::filesystem::path& path) {
  auto bytes = read_file(path);
  if (is_gzip(bytes)) bytes = gunzip(bytes, path.string(), kMaxBytes);
  return parse_idx(bytes, path.string());
}

void write_idx(const std::filesystem::path& path, const IdxArray& array) {
  const auto bytes = format_idx(array);
  write_file(path, path.extension() == ".gz" ? gzip(bytes) : bytes);
}

}  // namespace digits
