// Every fixture file, damaged: reading it ends in a named error or in what the whole file holds.
//
// The asan preset runs the same cases with the memory watched; tests/fuzz goes on from here.
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
#include "support/testing.h"

namespace digits {
namespace {

constexpr int kCuts = 200;  // places of the body where a file is cut off

// Whether reading these bytes gives what it should.
using Read = std::function<bool(const std::string& bytes)>;

// An error of the data's families is as good as the right result; anything else is a defect.
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

// Cut off at each byte of the header and at kCuts places of the body.
void truncate(const Read& read, const std::string& whole, std::size_t header, Rng rng) {
  const auto cut = [&](std::size_t size) {
    expect_survives(read, whole.substr(0, size), "cut to " + std::to_string(size));
  };
  header = std::min(header, whole.size());
  for (std::size_t size = 0; size < header; ++size) cut(size);
  const auto body = static_cast<std::uint32_t>(whole.size() - header);
  for (int k = 0; k < kCuts && body > 0; ++k) cut(header + rng.below(body));
}

// Each byte of the header, `values` times changed to another value.
void change(const Read& read, const std::string& whole, std::size_t header, int values, Rng rng) {
  for (std::size_t i = 0; i < std::min(header, whole.size()); ++i) {
    for (int k = 0; k < values; ++k) {
      auto bytes = whole;
      bytes[i] = static_cast<char>(static_cast<std::uint32_t>(bytes[i]) ^ (1 + rng.below(255)));
      expect_survives(read, bytes,
                      "byte " + std::to_string(i) + " " + std::to_string(std::uint8_t(bytes[i])));
    }
  }
}

Rng test_rng(std::uint64_t index) { return {test_seed(), Stream::kTest, index}; }

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

// The checksum at the end vouches for the content: whatever is accepted is equal to the byte.
TEST(Corruption, OfGzipIsNamedOrHarmless) {
  constexpr std::size_t kHeader = 18;  // gzip's ten bytes and the beginning of deflate's
  for (const auto& path : files_in("tiny", ".gz")) {
    SCOPED_TRACE(path);
    const auto whole = read_file(path);
    const auto content = gunzip(whole, path, 1 << 20);
    const Read read = [&](const std::string& b) { return gunzip(b, path, 1 << 20) == content; };
    truncate(read, whole, kHeader, test_rng(1));
    change(read, whole, kHeader, 8, test_rng(2));
  }
}

// IDX knows its own size, so no cut and no changed header is accepted.
TEST(Corruption, OfIdxIsNamed) {
  for (const auto& path : files_in("tiny", ".gz")) {
    SCOPED_TRACE(path);
    const auto whole = gunzip(read_file(path), path, 1 << 20);
    const auto header = 4 + 4 * parse_idx(whole, path).dims.size();
    const Read read = [&](const std::string& b) {
      parse_idx(b, path);
      return false;
    };
    truncate(read, whole, header, test_rng(3));
    change(read, whole, header, 8, test_rng(4));
  }
}

// PNG has a checksum for its header; what lies behind the last chunk may be cut off.
TEST(Corruption, OfPngIsNamedOrHarmless) {
  constexpr std::size_t kHeader = 33;  // signature and IHDR
  const auto schema = schema_of(1);
  for (const auto* folder : {"digits", "photos/good"}) {
    for (const auto& path : files_in(folder, ".png")) {
      SCOPED_TRACE(path);
      const auto whole = read_file(path);
      const auto samples = decode_image(whole, path, schema);
      const Read read = [&](const std::string& b) {
        const auto seen = decode_image(b, path, schema);
        return std::equal(seen.begin(), seen.end(), samples.begin(), samples.end(),
                          [](const Sample& x, const Sample& y) { return x.image == y.image; });
      };
      truncate(read, whole, kHeader, test_rng(5));
      change(read, whole, kHeader, 2, test_rng(6));
    }
  }
}

// JPEG has no checksum: a changed quantisation table gives another picture. So the samples need
// only have the right size. A photo takes several milliseconds to decode: in colour, which leaves
// out the search for digits, one value per header byte, and none for the largest, whose header is
// like the others'.
TEST(Corruption, OfJpegIsNamedOrAnImage) {
  const auto schema = schema_of(3);
  const Read read = [&](const std::string& b) {
    return has_shape(decode_image(b, "jpeg", schema), schema);
  };
  const auto paths = files_in("photos", ".jpg");
  for (std::size_t k = 0; k < paths.size(); ++k) {
    SCOPED_TRACE(paths[k]);
    const auto whole = read_file(paths[k]);
    const auto header = std::min<std::size_t>(64, whole.find("\xff\xda"));
    truncate(read, whole, header, test_rng(7));
    if (whole.size() < 100'000) change(read, whole, header, 1, test_rng(8 + k));
  }
}

// Those that are bad as they are stay so: no cut makes a digit of them.
TEST(Corruption, OfBadPhotosIsNamed) {
  for (const auto& name : files_below(fixtures() / "photos/bad")) {
    SCOPED_TRACE(name);
    const auto whole = read_file(fixtures() / "photos/bad" / name);
    const Read read = [&](const std::string& b) {
      decode_image(b, name, schema_of(1));
      return false;
    };
    truncate(read, whole, 33, test_rng(7));
  }
}

}  // namespace
}  // namespace digits
