// Every fixture file, damaged: reading it gives an error code or the content of the original file.
//
// The asan preset runs the same cases with memory checks. tests/fuzz tries more.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "base/rng.h"
#include "data/gzip.h"
#include "data/idx.h"
#include "data/image_file.h"
#include "data/load.h"
#include "support/testing.h"

namespace digits {
namespace {

constexpr std::size_t kCuts = 200;  // number of places in the body where a file is truncated

// Whether reading these bytes gives the right result.
using Read = std::function<bool(const std::string& bytes)>;

// An error with a code for data is as good as the right result. Anything else is a defect.
void expect_survives(const Read& read, const std::string& bytes, const std::string& damage) {
  try {
    EXPECT_TRUE(read(bytes)) << damage;
  } catch (const Error& error) {
    const auto family = error.code().substr(0, error.code().find('.'));
    EXPECT_THAT(family, testing::AnyOf("idx", "image", "input", "data")) << damage;
  } catch (const std::exception& error) {
    ADD_FAILURE() << damage << ": " << error.what();
  }
}

// Truncated at each byte of the header and at kCuts places of the body, which depend on `key`.
void truncate(const Read& read, const std::string& whole, std::size_t header, std::uint64_t key) {
  const auto cut = [&](std::size_t size) {
    expect_survives(read, whole.substr(0, size), "cut to " + std::to_string(size));
  };
  header = std::min(header, whole.size());
  for (std::size_t size = 0; size < header; ++size) cut(size);
  const auto body = static_cast<std::uint32_t>(whole.size() - header);
  const auto places = permutation(body, test_seed(), Stream::kTest, key);
  for (std::size_t k = 0; k < std::min(kCuts, places.size()); ++k) cut(header + places[k]);
}

// Byte number i changed to another value.
void change_byte(const Read& read, std::string bytes, std::size_t i, Rng& rng) {
  bytes[i] = static_cast<char>(static_cast<std::uint32_t>(bytes[i]) ^ (1 + rng.below(255)));
  expect_survives(read, bytes,
                  "byte " + std::to_string(i) + " " + std::to_string(std::uint8_t(bytes[i])));
}

// Each byte of the header, `values` times changed to another value.
void change(const Read& read, const std::string& whole, std::size_t header, int values,
            std::uint64_t key) {
  Rng rng(test_seed(), Stream::kTest, key);
  for (std::size_t i = 0; i < std::min(header, whole.size()); ++i) {
    for (int k = 0; k < values; ++k) change_byte(read, whole, i, rng);
  }
}

std::vector<std::string> files_in(const std::string& folder, const std::string& extension) {
  std::vector<std::string> paths;
  for (const auto& name : files_below(fixtures() / folder)) {
    const auto path = fixtures() / folder / name;
    if (path.extension() == extension) paths.push_back(path.string());
  }
  EXPECT_FALSE(paths.empty());
  return paths;
}

Schema schema_of(int channels) { return {28, 28, channels, numbered_class_names(10)}; }

bool has_shape(const std::vector<Sample>& samples, const Schema& schema) {
  return !samples.empty() && std::all_of(samples.begin(), samples.end(), [&](const Sample& s) {
    return s.image.size() == schema.image_bytes();
  });
}

// The checksum at the end covers the content: accepted content is equal to the byte.
TEST(Corruption, OfGzipIsRejectedOrHarmless) {
  constexpr std::size_t kHeader = 18;  // gzip's ten bytes and the beginning of deflate's
  for (const auto& path : files_in("tiny", ".gz")) {
    SCOPED_TRACE(path);
    const auto whole = read_file(path);
    const auto content = gunzip(whole, path, 1 << 20);
    const Read read = [&](const std::string& b) { return gunzip(b, path, 1 << 20) == content; };
    truncate(read, whole, kHeader, 1);
    change(read, whole, kHeader, 8, 2);
  }
}

// IDX declares its own size, so no truncation and no changed count is accepted. Another type of the
// same size may be, if its numbers are equal.
TEST(Corruption, OfIdxIsRejectedOrHarmless) {
  for (const auto& path : files_in("tiny", ".gz")) {
    SCOPED_TRACE(path);
    const auto whole = gunzip(read_file(path), path, 1 << 20);
    const auto original = parse_idx(whole, path);
    const auto header = 4 + 4 * original.dims.size();
    const Read read = [&](const std::string& b) {
      const auto seen = as_bytes(parse_idx(b, path), path);
      return seen.dims == original.dims && seen.values == original.values;
    };
    truncate(read, whole, header, 3);
    change(read, whole, header, 8, 4);
  }
}

// PNG has a checksum for its header. Bytes after the last chunk may be missing.
TEST(Corruption, OfPngIsRejectedOrHarmless) {
  constexpr std::size_t kHeader = 33;  // signature and IHDR
  const auto schema = schema_of(1);
  for (const auto* folder : {"digits", "photos/good"}) {
    for (const auto& path : files_in(folder, ".png")) {
      SCOPED_TRACE(path);
      const auto whole = read_file(path);
      const auto samples = decode_image(whole, path, schema).samples;
      const Read read = [&](const std::string& b) {
        const auto seen = decode_image(b, path, schema).samples;
        return std::equal(seen.begin(), seen.end(), samples.begin(), samples.end(),
                          [](const Sample& x, const Sample& y) { return x.image == y.image; });
      };
      truncate(read, whole, kHeader, 5);
      change(read, whole, kHeader, 2, 6);
    }
  }
}

// A JPEG truncated at any place is rejected.
TEST(Corruption, OfTruncatedJpegIsRejected) {
  const Read read = [&](const std::string& b) {
    decode_image(b, "jpeg", schema_of(3));
    return false;
  };
  for (const auto& path : files_in("photos/good", ".jpg")) {
    SCOPED_TRACE(path);
    const auto whole = read_file(path);
    truncate(read, whole, whole.find("\xff\xda"), 7);
  }
}

// JPEG has no checksum: a changed quantisation table gives another picture, so only the size of the
// samples is checked. The photos' headers are alike, some 600 bytes, and decoding takes
// milliseconds, for the large photo forty: each byte is changed in one of the other photos, in
// turn, and read in colour, which omits the search for digits.
TEST(Corruption, OfJpegHeadersIsRejectedOrDecoded) {
  const auto schema = schema_of(3);
  const Read read = [&](const std::string& b) {
    return has_shape(decode_image(b, "jpeg", schema).samples, schema);
  };
  auto paths = files_in("photos/good", ".jpg");
  paths.erase(std::find(paths.begin(), paths.end(), fixtures() / "photos/good/8-large.jpg"));
  Rng rng(test_seed(), Stream::kTest, 8);
  for (std::size_t k = 0; k < paths.size(); ++k) {
    SCOPED_TRACE(paths[k]);
    const auto whole = read_file(paths[k]);
    for (std::size_t i = k; i < whole.find("\xff\xda"); i += paths.size()) {
      change_byte(read, whole, i, rng);
    }
  }
}

// Invalid photos stay invalid: no truncation makes a digit of them.
TEST(Corruption, OfInvalidPhotosIsRejected) {
  for (const auto& name : files_below(fixtures() / "photos/bad")) {
    SCOPED_TRACE(name);
    const auto whole = read_file(fixtures() / "photos/bad" / name);
    const Read read = [&](const std::string& b) {
      decode_image(b, name, schema_of(1));
      return false;
    };
    truncate(read, whole, 33, 7);
  }
}

}  // namespace
}  // namespace digits
