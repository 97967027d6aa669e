#include "inference/idx_images.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/memory.h"
#include "data/gzip.h"
#include "data/load.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// 25 images of 6x5 pixels, as a file.
IdxArray some_images() { return {{25, 6, 5}, random_dataset(25).images}; }
Schema their_schema() { return random_dataset(1).schema; }

// Writes the images plain and gzip'd.
std::vector<fs::path> write_both(const TemporaryDirectory& folder, const IdxArray& images) {
  write_idx(folder / "x", images);
  write_idx(folder / "x.gz", images);
  return {folder / "x", folder / "x.gz"};
}

// The chunks together equal the whole file. Then no image is left.
TEST(IdxImages, EqualTheImagesOfTheFile) {
  const TemporaryDirectory folder;
  const auto whole = some_images();
  for (const auto& path : write_both(folder, whole)) {
    IdxImages images(path, their_schema());
    EXPECT_EQ(images.count(), 25U);
    std::vector<std::uint8_t> all;
    for (const std::size_t expected : {10, 10, 5, 0}) {
      const auto some = images.read(10);
      EXPECT_EQ(some.size(), expected * 30);
      all.insert(all.end(), some.begin(), some.end());
    }
    EXPECT_EQ(all, whole.values);
    EXPECT_EQ(images.position(), 25U);
  }
}

// Skipping images gives the same next images as reading them, from the beginning and from the
// middle.
TEST(IdxImages, CanBeSkipped) {
  const TemporaryDirectory folder;
  const auto whole = some_images();
  for (const auto& path : write_both(folder, whole)) {
    for (std::size_t i = 0; i < 25; ++i) {
      IdxImages images(path, their_schema());
      images.read(i / 2);
      images.skip(i - i / 2);
      const auto begin = whole.values.begin() + static_cast<std::ptrdiff_t>(i * 30);
      EXPECT_EQ(images.read(1), std::vector<std::uint8_t>(begin, begin + 30)) << path << i;
    }
    IdxImages images(path, their_schema());
    images.skip(100);
    EXPECT_TRUE(images.read(1).empty());
  }
}

// Damage near the end is detected before the first image is returned.
TEST(IdxImages, DamagedFileIsRejectedBeforeTheFirstImage) {
  const TemporaryDirectory folder;
  const auto open = [&](const std::string& bytes) {
    write_file(folder / "x", bytes, Durability::kUnsynced);
    return error_code([&] { IdxImages(folder / "x", their_schema()); });
  };
  const auto plain = format_idx(some_images());
  EXPECT_EQ(open(plain.substr(0, plain.size() - 1)), "idx.truncated");
  EXPECT_EQ(open(plain.substr(0, 7)), "idx.truncated");
  EXPECT_EQ(open(plain + "x"), "idx.trailing");
  EXPECT_EQ(open(gzip(plain.substr(0, plain.size() - 1))), "idx.truncated");
  EXPECT_EQ(open(gzip(plain + "x")), "idx.trailing");
  auto zipped = gzip(plain);
  EXPECT_EQ(open(zipped), "no error");
  EXPECT_EQ(open(zipped.substr(0, zipped.size() - 1)), "input.gzip");
  zipped[zipped.size() - 5] = static_cast<char>(zipped[zipped.size() - 5] ^ 1);  // of the CRC
  EXPECT_EQ(open(zipped), "input.gzip");
}

// A small file that unpacks to more than its header declares is rejected at the first byte too
// many: the damage after it is not reached.
TEST(IdxImages, UnpackingStopsAfterTheLastImage) {
  const TemporaryDirectory folder;
  auto zipped = gzip(format_idx(some_images()) + std::string(std::size_t{16} << 20, '\0'));
  zipped[zipped.size() - 5] = static_cast<char>(zipped[zipped.size() - 5] ^ 1);  // of the CRC
  write_file(folder / "x", zipped, Durability::kUnsynced);
  expect_error("idx.trailing", [&] { IdxImages(folder / "x", their_schema()); });
}

// The first page of a process's memory never exists: the file opens, and reading it fails.
TEST(IdxImages, ReadErrorIsNotReportedAsTruncation) {
  expect_error("input.unreadable", [&] { IdxImages("/proc/self/mem", their_schema()); });
}

TEST(IdxImages, OfAnotherSizeAreRejected) {
  const TemporaryDirectory folder;
  const auto code = [&](const IdxArray& array) {
    write_idx(folder / "x", array);
    return error_code([&] { IdxImages(folder / "x", their_schema()); });
  };
  EXPECT_EQ(code({{2, 5, 6}, std::vector<std::uint8_t>(60)}), "data.schema_mismatch");
  EXPECT_EQ(code({{60}, std::vector<std::uint8_t>(60)}), "data.schema_mismatch");
  EXPECT_EQ(code({{2, 6, 5, 3}, std::vector<std::uint8_t>(180)}), "data.schema_mismatch");
  EXPECT_EQ(code({{0, 6, 5}, {}}), "no error");
}

TEST(IdxImages, RejectAMissingFileAndAFolder) {
  const TemporaryDirectory folder;
  expect_error("input.missing", [&] { IdxImages(folder / "x", their_schema()); });
  expect_error("input.not_a_file", [&] { IdxImages(folder.path(), their_schema()); });
}

// Three images of one pixel as float32, big-endian: 0.0, 0.5 and 1.0. All images decide whether the
// range is [0, 1] or [0, 255], also when they are read one by one.
TEST(IdxImages, OfFloatsShareOneScale) {
  const TemporaryDirectory folder;
  const std::string header("\0\0\x0D\x03\0\0\0\x03\0\0\0\x01\0\0\0\x01", 16);
  const std::string zero(4, '\0');
  const std::string half("\x3F\0\0\0", 4);
  const std::string one("\x3F\x80\0\0", 4);
  const std::string many("\x43\x7F\0\0", 4);  // 255
  const auto bytes_of = [&](const std::string& bytes) {
    write_file(folder / "x", bytes);
    IdxImages images(folder / "x", {1, 1, 1, {"0"}});
    std::vector<int> all;
    for (std::size_t i = 0; i < images.count(); ++i) all.push_back(images.read(1).at(0));
    return all;
  };
  EXPECT_THAT(bytes_of(header + zero + half + one), testing::ElementsAre(0, 128, 255));
  EXPECT_THAT(bytes_of(header + zero + one + many), testing::ElementsAre(0, 1, 255));
  EXPECT_THAT(bytes_of(gzip(header + one + zero + half)), testing::ElementsAre(255, 0, 128));
}

// 256 MiB of images in a sparse file, read in another process, which never needs a quarter of that
// memory.
TEST(IdxImages, OfALargeFileNeedLittleMemory) {
  const TemporaryDirectory folder;
  write_file(folder / "x", std::string("\0\0\x08\x03\0\x04\0\0\0\0\0\x20\0\0\0\x20", 16));
  fs::resize_file(folder / "x", 16 + (std::uintmax_t{256} << 20));
  const pid_t child = ::fork();
  if (child == 0) {
    const auto before = peak_memory_bytes();
    IdxImages images(folder / "x", {32, 32, 1, {"0"}});
    while (!images.read(1000).empty()) {
    }
    const bool whole = images.position() == std::size_t{1} << 18;
    ::_exit(whole && peak_memory_bytes() - before < std::int64_t{64} << 20 ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace digits
