#include "inference/image_inputs.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <thread>

#include "base/files.h"
#include "base/rng.h"
#include "data/image_file.h"
#include "data/load.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// Colour images of 4x4 pixels: each picture is one image, without a search for digits.
Dataset colours(std::size_t n) { return random_dataset(n, 4, 4, 3); }

struct Read {
  std::vector<std::string> names;  // "path", "path[2]", "path image.unreadable"
  std::vector<std::uint8_t> images;
};

// The remaining inputs.
std::vector<Read> read_chunks(ImageInputs& inputs) {
  std::vector<Read> chunks;
  while (const auto pending = inputs.next()) {
    const auto chunk = pending->read();
    auto& read = chunks.emplace_back();
    read.images = chunk.images;
    for (const auto& [origin, error] : chunk.inputs) {
      read.names.push_back(origin.path +
                           (origin.index ? "[" + std::to_string(*origin.index) + "]" : "") +
                           (error ? " " + error->code() : ""));
    }
  }
  return chunks;
}

Read read_all(const std::vector<std::string>& words) {
  ImageInputs inputs(words, colours(1).schema);
  Read all;
  for (const auto& chunk : read_chunks(inputs)) {
    all.names.insert(all.names.end(), chunk.names.begin(), chunk.names.end());
    all.images.insert(all.images.end(), chunk.images.begin(), chunk.images.end());
  }
  return all;
}

// A folder's images by name, and its IDX test set among them. Hidden files, other files and
// subfolders are excluded.
TEST(ImageInputs, OfAFolderExcludeSubfolders) {
  const TemporaryDirectory folder;
  const auto set = colours(4);
  make_directories(folder / "below");
  int i = 0;
  for (const char* name : {"b.png", "a.PNG", "below/c.png", ".hidden.png"}) {
    write_png(folder / name, set.image(static_cast<std::size_t>(i++)), set.schema);
  }
  write_file(folder / "notes.txt", "x");
  save_dataset(folder.path(), Part::kTest, subset(set, {2, 3}));
  const auto path = [&](const char* name) { return (folder / name).string(); };
  const auto idx = path("t10k-images-idx3-ubyte.gz");
  const auto all = read_all({folder.path()});
  EXPECT_THAT(all.names,
              testing::ElementsAre(path("a.PNG"), path("b.png"), idx + "[0]", idx + "[1]"));
  EXPECT_EQ(all.images, subset(set, {1, 0, 2, 3}).images);
}

// An unreadable file has an error in its place, and the others have their images.
TEST(ImageInputs, ContinueAfterAnUnreadableFile) {
  const TemporaryDirectory folder;
  const auto set = colours(2);
  make_directories(folder / "images");
  make_directories(folder / "empty");
  write_png(folder / "images/1.png", set.image(0), set.schema);
  write_file(folder / "images/2.png", "no PNG");
  write_file(folder / "images/3.idx", "no IDX");
  write_png(folder / "images/4.png", set.image(1), set.schema);
  const auto path = [&](const char* name) { return (folder / name).string(); };
  const auto all = read_all({path("missing.png"), path("images"), path("images/3.idx"),
                             path("empty"), path("missing.gz"), path("images/4.png")});
  EXPECT_THAT(all.names, testing::ElementsAre(
                             path("missing.png") + " input.missing", path("images/1.png"),
                             path("images/2.png") + " image.unreadable", path("images/4.png"),
                             path("images/3.idx") + " idx.magic", path("empty") + " input.missing",
                             path("missing.gz") + " input.missing", path("images/4.png")));
  EXPECT_EQ(all.images, subset(set, {0, 1, 1}).images);
}

// Several hundred files and two IDX files, one of them gzip'd and with more images than a chunk.
std::vector<std::string> many_inputs(const TemporaryDirectory& folder) {
  const auto set = colours(2300);
  make_directories(folder / "images");
  for (std::size_t i = 0; i < 230; ++i) {
    write_png(folder / ("images/" + std::to_string(1000 + i) + ".png"), set.image(i), set.schema);
  }
  write_idx(folder / "a.idx.gz", {{2300, 4, 4, 3}, set.images});
  write_idx(folder / "b.idx",
            {{1000, 4, 4, 3}, subset(set, permutation(1000, test_seed(), Stream::kTest)).images});
  return {folder / "a.idx.gz", folder / "images", folder / "b.idx"};
}

TEST(ImageInputs, AreReadInChunks) {
  const TemporaryDirectory folder;
  ImageInputs inputs(many_inputs(folder), colours(1).schema);
  std::vector<std::size_t> sizes;
  double share = 0.0;
  while (const auto pending = inputs.next()) {
    sizes.push_back(pending->read().inputs.size());
    EXPECT_GT(pending->share, share);
    share = pending->share;
  }
  EXPECT_THAT(sizes, testing::ElementsAre(1000, 1000, 300, 100, 100, 30, 1000));
  EXPECT_EQ(share, 1.0);
}

// Counts the bytes that this process has read from files; negative where the system does not say.
std::int64_t bytes_read() {
  std::ifstream stream("/proc/self/io");
  std::string key;
  std::int64_t value = 0;
  while (stream >> key >> value) {
    if (key == "rchar:") return value;
  }
  return -1;
}

// The parts of all shards, in order: whole chunks.
std::vector<Read> read_shards(const std::vector<std::string>& words, std::size_t count) {
  std::vector<Read> chunks;
  for (std::size_t number = 1; number <= count; ++number) {
    ImageInputs inputs(words, colours(1).schema, {}, {number, count});
    for (auto& chunk : read_chunks(inputs)) chunks.push_back(std::move(chunk));
  }
  // A file with an error is reported by each shard that has chunks of it, and is an input of one.
  const auto has_no_input = [](const Read& read) { return read.names.empty(); };
  chunks.erase(std::remove_if(chunks.begin(), chunks.end(), has_no_input), chunks.end());
  return chunks;
}

// Inputs of every kind, also unreadable ones, in any order and number: the shards' chunks equal
// those of the whole, each once, also with more shards than chunks.
TEST(ImageInputs, ShardsTogetherEqualTheWhole) {
  const TemporaryDirectory folder;
  auto kinds = many_inputs(folder);
  write_file(folder / "cut.idx", read_file(folder / "b.idx").substr(0, 40000));
  const auto cut = read_file(folder / "a.idx.gz");
  write_file(folder / "cut.gz", cut.substr(0, cut.size() - 9));
  write_file(folder / "no.idx", "no IDX");
  write_idx(folder / "other-size.idx", {{2000, 2, 2, 3}, random_dataset(2000, 2, 2, 3).images});
  for (const char* name : {"cut.idx", "cut.gz", "no.idx", "other-size.idx", "missing.png",
                           "missing.idx", "images/1000.png"}) {
    kinds.push_back(folder / name);
  }
  Rng rng(test_seed(), Stream::kTest);
  for (int trial = 0; trial < 12; ++trial) {
    std::vector<std::string> words(1 + rng.below(6));
    for (auto& word : words) word = kinds[rng.below(static_cast<std::uint32_t>(kinds.size()))];
    ImageInputs inputs(words, colours(1).schema);
    const auto whole = read_chunks(inputs);
    const std::size_t count = 1 + rng.below(20);
    const auto parts = read_shards(words, count);
    ASSERT_EQ(parts.size(), whole.size()) << testing::PrintToString(words) << " by " << count;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(parts[i].names, whole[i].names);
      EXPECT_TRUE(parts[i].images == whole[i].images);
    }
  }
}

// By hand: 7 chunks in 3 shards are 3, 2 and 2. The second begins in the folder.
TEST(ImageInputs, ShardsHoldWholeChunks) {
  const TemporaryDirectory folder;
  const auto words = many_inputs(folder);
  const auto sizes = [&](std::size_t number) {
    ImageInputs inputs(words, colours(1).schema, {}, {number, 3});
    std::vector<std::size_t> chunks;
    double share = 0.0;
    while (const auto pending = inputs.next()) {
      chunks.push_back(pending->read().inputs.size());
      share = pending->share;
    }
    EXPECT_EQ(share, 1.0);
    return chunks;
  };
  EXPECT_THAT(sizes(1), testing::ElementsAre(1000, 1000, 300));
  EXPECT_THAT(sizes(2), testing::ElementsAre(100, 100));
  EXPECT_THAT(sizes(3), testing::ElementsAre(30, 1000));
}

// A damaged IDX file: each shard that has chunks of it reports the error, so that none succeeds.
// The first shard has the input.
TEST(ImageInputs, DamagedFileIsAnErrorInEachShard) {
  const TemporaryDirectory folder;
  write_idx(folder / "a.idx", {{2300, 4, 4, 3}, colours(2300).images});
  fs::resize_file(folder / "a.idx", 50000);
  for (std::size_t number = 1; number <= 3; ++number) {
    ImageInputs inputs({folder / "a.idx"}, colours(1).schema, {}, {number, 3});
    const auto chunk = inputs.next()->read();
    EXPECT_EQ(chunk.inputs.size(), number == 1 ? 1U : 0U);
    ASSERT_EQ(chunk.other_errors.size(), number == 1 ? 0U : 1U);
    const auto& error = number == 1 ? *chunk.inputs[0].error : chunk.other_errors[0];
    EXPECT_EQ(error.code(), "idx.truncated");
    EXPECT_FALSE(inputs.next());
  }
}

// One chunk of a thousand, in the middle of a sparse file of 48 MB: the shard reads its images (48
// kB) and at most a megabyte in total.
TEST(ImageInputs, ShardReadsOnlyItsImages) {
  if (bytes_read() < 0) GTEST_SKIP() << "no /proc/self/io on this system";
  const TemporaryDirectory folder;
  write_idx(folder / "a.idx", {{1, 4, 4, 3}, colours(1).images});
  auto header = read_file(folder / "a.idx").substr(0, 20);
  header.replace(4, 4, std::string("\0\x0f\x42\x40", 4));  // 1,000,000
  write_file(folder / "a.idx", header);
  fs::resize_file(folder / "a.idx", 20 + 48 * std::uintmax_t{1000000});
  const auto before = bytes_read();
  ImageInputs inputs({folder / "a.idx"}, colours(1).schema, {}, {500, 1000});
  const auto chunk = inputs.next()->read();
  ASSERT_EQ(chunk.inputs.size(), 1000U);
  EXPECT_EQ(chunk.inputs[0].origin.index, 499000U);
  EXPECT_FALSE(inputs.next());
  EXPECT_LT(bytes_read() - before, 1 << 20);
}

// A pipe can be read only once: only the shard that has it reads it, and reads it completely.
TEST(ImageInputs, PipeBelongsToOneShard) {
  const TemporaryDirectory folder;
  const auto set = colours(2300);
  write_idx(folder / "file", {{2300, 4, 4, 3}, set.images});
  const auto bytes = read_file(folder / "file");
  const auto pipe = folder / "pipe.idx";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  write_png(folder / "x.png", set.image(0), set.schema);
  const std::vector<std::string> words{folder / "x.png", pipe, folder / "x.png"};
  std::thread writer([&] { std::ofstream(pipe) << bytes; });
  std::vector<std::size_t> sizes;
  for (std::size_t number = 1; number <= 3; ++number) {
    ImageInputs inputs(words, set.schema, {}, {number, 3});
    for (const auto& chunk : read_chunks(inputs)) sizes.push_back(chunk.names.size());
  }
  writer.join();
  EXPECT_THAT(sizes, testing::ElementsAre(1, 1000, 1000, 300, 1));
}

}  // namespace
}  // namespace digits
