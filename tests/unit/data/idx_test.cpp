#include "data/idx.h"

#include <rapidcheck.h>

#include <limits>

#include "base/error.h"
#include "base/files.h"
#include "data/gzip.h"
#include "support/testing.h"

namespace digits {
namespace {

// Two images of 2x3 pixels, written out by hand.
std::string two_images() {
  return std::string("\x00\x00\x08\x03\x00\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00\x03", 16) +
         "abcdefghijkl";
}

TEST(ParseIdx, ReadsHeaderAndValues) {
  const auto array = parse_idx(two_images(), "x");
  EXPECT_THAT(array.dims, testing::ElementsAre(2, 2, 3));
  EXPECT_EQ(std::string(array.values.begin(), array.values.end()), "abcdefghijkl");
}

TEST(ParseIdx, AcceptsAnEmptySet) {
  const auto array = parse_idx(std::string("\0\0\x08\x01\0\0\0\0", 8), "x");
  EXPECT_THAT(array.dims, testing::ElementsAre(0));
  EXPECT_TRUE(array.values.empty());
}

// One dimension with elements of `type`, the bytes written out by hand.
IdxArray parse_row(char type, std::uint8_t count, const std::string& elements) {
  const std::string header{0, 0, type, 1, 0, 0, 0, static_cast<char>(count)};
  return parse_idx(header + elements, "x");
}

// Most significant byte first. 0x3F800000 is 1.0F, 0xC0200000 is -2.5F, 0x7FC00000 a NaN.
TEST(ParseIdx, ReadsFloat32) {
  const auto array = parse_row(0x0D, 3, std::string("\x3F\x80\0\0\xC0\x20\0\0\x7F\xC0\0\0", 12));
  EXPECT_EQ(array.type, IdxType::kFloat);
  EXPECT_THAT(array.numbers, testing::ElementsAre(1.0F, -2.5F, testing::IsNan()));
  EXPECT_TRUE(array.values.empty());
}

// 0x3FE0... is 0.5; 0x7E37E43C8800759C is about 1e300, more than float32 holds; then infinity.
TEST(ParseIdx, ReadsFloat64) {
  const auto array = parse_row(
      0x0E, 3,
      std::string("\x3F\xE0\0\0\0\0\0\0\x7E\x37\xE4\x3C\x88\x00\x75\x9C\x7F\xF0\0\0\0\0\0\0", 24));
  EXPECT_THAT(array.numbers, testing::ElementsAre(0.5F, std::numeric_limits<float>::max(),
                                                  std::numeric_limits<float>::infinity()));
}

// Two's complement, most significant byte first.
TEST(ParseIdx, ReadsSignedIntegers) {
  EXPECT_THAT(parse_row(0x09, 2, "\x7F\xFF").numbers, testing::ElementsAre(127, -1));
  EXPECT_THAT(parse_row(0x0B, 2, std::string("\x01\x02\xFF\xFE", 4)).numbers,
              testing::ElementsAre(258, -2));
  EXPECT_THAT(parse_row(0x0C, 2, std::string("\0\x01\0\x05\xFF\xFF\xFF\xFD", 8)).numbers,
              testing::ElementsAre(65541, -3));
}

// The size of an element counts: half of the bytes is no complete set.
TEST(ParseIdx, RejectsTruncatedNumbers) {
  expect_error("idx.truncated", [] { parse_row(0x0E, 1, std::string(7, '\0')); });
  expect_error("idx.trailing", [] { parse_row(0x0B, 1, std::string(3, '\0')); });
}

// The longest header has four dimensions: 4 bytes and 4 numbers of 4 bytes.
TEST(IdxHeader, HasAtMostTwentyBytes) {
  const IdxHeader longest{IdxType::kUnsignedByte, {60000, 28, 28, 3}};
  EXPECT_EQ(longest.dims.size(), kMaxIdxRank);
  EXPECT_EQ(longest.bytes(), 20U);
  EXPECT_EQ(kMaxIdxHeader, 20U);
}

TEST(FormatIdx, WritesTheBytesOfTheFormat) {
  EXPECT_EQ(format_idx(parse_idx(two_images(), "x")), two_images());
}

// Sets of any size, also empty ones, round-trip, zipped or plain.
TEST(FormatIdx, RoundTripsAnyDimensions) {
  EXPECT_TRUE(rc::check("round trip", [] {
    IdxArray array;
    const auto rank = *rc::gen::inRange(1, 5);
    std::size_t count = 1;
    for (int d = 0; d < rank; ++d) {
      array.dims.push_back(*rc::gen::inRange(d == 0 ? 0U : 1U, 7U));
      count *= array.dims.back();
    }
    array.values =
        *rc::gen::container<std::vector<std::uint8_t>>(count, rc::gen::arbitrary<std::uint8_t>());
    const auto bytes = format_idx(array);
    for (const auto& stored : {bytes, gunzip(gzip(bytes), "x", bytes.size())}) {
      const auto back = parse_idx(stored, "x");
      RC_ASSERT(back.dims == array.dims);
      RC_ASSERT(back.values == array.values);
    }
  }));
}

// Every possible truncation of header and body gives an error code, never a shorter array.
TEST(ParseIdx, RejectsEveryTruncation) {
  const auto whole = two_images();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    expect_error("idx.truncated", [&] { parse_idx(whole.substr(0, size), "x"); });
  }
}

TEST(ParseIdx, RejectsTrailingBytes) {
  expect_error("idx.trailing", [] { parse_idx(two_images() + "!", "x"); });
}

TEST(ParseIdx, RejectsAnotherMagicNumber) {
  auto bytes = two_images();
  bytes[0] = 1;
  expect_error("idx.magic", [&] { parse_idx(bytes, "x"); });
  bytes = two_images();
  bytes[1] = 1;
  expect_error("idx.magic", [&] { parse_idx(bytes, "x"); });
}

TEST(ParseIdx, RejectsOtherElementTypes) {
  for (const int type : {0x00, 0x07, 0x0A, 0x0F, 0xFF}) {
    auto bytes = two_images();
    bytes[2] = static_cast<char>(type);
    expect_error("idx.type", [&] { parse_idx(bytes, "x"); });
  }
}

TEST(ParseIdx, RejectsImpossibleRanks) {
  for (const int rank : {0, 5, 255}) {
    auto bytes = two_images();
    bytes[3] = static_cast<char>(rank);
    expect_error("idx.rank", [&] { parse_idx(bytes, "x"); });
  }
}

// A product that would overflow or fill the memory is rejected before memory is allocated.
TEST(ParseIdx, RejectsImpossibleDimensions) {
  auto bytes = two_images();
  for (std::size_t i = 4; i < 16; ++i) bytes[i] = '\xff';
  expect_error("idx.dims", [&] { parse_idx(bytes, "x"); });
  bytes = two_images();
  bytes[11] = 0;  // no rows
  expect_error("idx.dims", [&] { parse_idx(bytes, "x"); });
}

// Each header byte is changed to each other value: an error code, or another valid header. The
// body's size then differs, so only the original is accepted here, or its bytes as signed ones,
// which are equal below 128.
TEST(ParseIdx, NeverAcceptsAChangedHeader) {
  for (std::size_t i = 0; i < 16; ++i) {
    for (int value = 0; value < 256; ++value) {
      auto bytes = two_images();
      if (bytes[i] == static_cast<char>(value)) continue;
      bytes[i] = static_cast<char>(value);
      if (i == 2 && value == 0x09) {
        EXPECT_THAT(parse_idx(bytes, "x").numbers, testing::ElementsAreArray("abcdefghijkl", 12));
        continue;
      }
      EXPECT_THAT(error_code([&] { parse_idx(bytes, "x"); }), testing::StartsWith("idx."))
          << "byte " << i << " = " << value;
    }
  }
}

TEST(ReadIdx, DetectsGzipByContent) {
  const TemporaryDirectory folder;
  const auto array = parse_idx(two_images(), "x");
  write_idx(folder / "plain", array);
  write_idx(folder / "zipped.gz", array);
  EXPECT_TRUE(is_gzip(read_file(folder / "zipped.gz")));
  std::filesystem::rename(folder / "zipped.gz", folder / "misnamed");
  EXPECT_EQ(read_idx(folder / "plain").values, array.values);
  EXPECT_EQ(read_idx(folder / "misnamed").values, array.values);
}

TEST(ReadIdx, RejectsAnEmptyFile) {
  const TemporaryDirectory folder;
  write_file(folder / "x", "");
  expect_error("idx.truncated", [&] { read_idx(folder / "x"); });
}

// The names that error messages show.
TEST(IdxTypes, HaveNames) {
  std::vector<std::string> names;
  for (const auto type : {IdxType::kUnsignedByte, IdxType::kSignedByte, IdxType::kShort,
                          IdxType::kInt, IdxType::kFloat, IdxType::kDouble}) {
    names.emplace_back(to_string(type));
  }
  EXPECT_THAT(names, testing::ElementsAre("unsigned byte", "signed byte", "int16", "int32",
                                          "float32", "float64"));
}

// "CODE: MESSAGE" of the error for these bytes.
std::string idx_failure(const std::string& bytes) {
  try {
    parse_idx(bytes, "x");
    return "no error";
  } catch (const Error& error) {
    return error.code() + ": " + error.what();
  }
}

// The header of an array of this element type, without its elements.
std::string header_of(char type, const std::vector<std::uint32_t>& dims) {
  std::string bytes{0, 0, type, static_cast<char>(dims.size())};
  for (const auto dim : dims) {
    for (const int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>(dim >> shift & 0xFFU));
  }
  return bytes;
}

// Each message has the seen and the expected value. An array may have 1 GiB, so headers of that
// size lack only their elements; with one element more they are rejected for their dimensions. The
// limit is one of bytes: it allows fewer large elements.
TEST(ParseIdx, NamesTheSeenAndTheExpectedValue) {
  const auto changed = [](std::size_t place, char value) {
    auto bytes = two_images();
    bytes[place] = value;
    return idx_failure(bytes);
  };
  EXPECT_EQ(changed(0, 1), "idx.magic: x: starts with 01 00, expected 00 00");
  EXPECT_EQ(changed(1, 2), "idx.magic: x: starts with 00 02, expected 00 00");
  EXPECT_EQ(changed(2, 7),
            "idx.type: x: element type 0x07, expected 0x08 (unsigned byte), 09, 0B, 0C, 0D or 0E");
  EXPECT_EQ(changed(3, 5), "idx.rank: x: 5 dimensions, expected 1 to 4");
  EXPECT_EQ(changed(11, 0),
            "idx.dims: x: dimensions [2, 0, 3], expected none of zero and at most 1073741824 "
            "elements");
  const auto whole = two_images();
  EXPECT_EQ(idx_failure(whole.substr(0, 3)), "idx.truncated: x: 3 bytes, expected 4");
  EXPECT_EQ(idx_failure(whole.substr(0, 15)), "idx.truncated: x: 15 bytes, expected 16");
  EXPECT_EQ(idx_failure(whole.substr(0, 27)), "idx.truncated: x: 27 bytes, expected 28");
  EXPECT_EQ(idx_failure(whole + "!"), "idx.trailing: x: 29 bytes, expected 28");

  constexpr std::uint32_t kGibi = 1U << 30U;
  EXPECT_EQ(idx_failure(header_of(0x08, {kGibi})),
            "idx.truncated: x: 8 bytes, expected 1073741832");
  EXPECT_EQ(idx_failure(header_of(0x08, {kGibi + 1})),
            "idx.dims: x: dimensions [1073741825], expected none of zero and at most 1073741824 "
            "elements");
  EXPECT_EQ(idx_failure(header_of(0x08, {2, kGibi / 2})),
            "idx.truncated: x: 12 bytes, expected 1073741836");
  EXPECT_THAT(idx_failure(header_of(0x08, {2, kGibi / 2 + 1})), testing::StartsWith("idx.dims: "));
  EXPECT_EQ(idx_failure(header_of(0x0B, {kGibi / 2})),
            "idx.truncated: x: 8 bytes, expected 1073741832");
  EXPECT_EQ(idx_failure(header_of(0x0E, {kGibi / 8})),
            "idx.truncated: x: 8 bytes, expected 1073741832");
  EXPECT_EQ(idx_failure(header_of(0x0E, {kGibi / 8 + 1})),
            "idx.dims: x: dimensions [134217729], expected none of zero and at most 134217728 "
            "elements");
}

}  // namespace
}  // namespace digits
