#include "data/image_inputs.h"

#include <chrono>

#include "base/files.h"
#include "base/rng.h"
#include "data/image_file.h"
#include "data/load.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// Colour images of 4x4 pixels: a picture is one image, whatever it shows.
Dataset colours(std::size_t n) { return random_dataset(n, 4, 4, 3); }

struct Read {
  std::vector<std::string> names;  // "path", "path[2]", "path image.unreadable"
  std::vector<std::uint8_t> images;
};

// What is left of the inputs.
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

// A folder's images by name, and its IDX test set among them; not what is hidden, of another kind,
// or in a folder below.
TEST(ImageInputs, OfAFolderAreTheImagesDirectlyInIt) {
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

// What cannot be read has an error in its place, and the others have their images.
TEST(ImageInputs, GoOnPastWhatCannotBeRead) {
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

TEST(ImageInputs, ComeInChunks) {
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

// From where any chunk ended, the chunks are those that came after it, in other hands too.
TEST(ImageInputs, GoOnWhereAnyChunkEnded) {
  const TemporaryDirectory folder;
  const auto words = many_inputs(folder);
  ImageInputs inputs(words, colours(1).schema);
  const auto chunks = read_chunks(inputs);
  ImageInputs stopped(words, colours(1).schema);
  for (std::size_t done = 1; done <= chunks.size(); ++done) {
    ImageInputs resumed(words, colours(1).schema);
    resumed.seek(stopped.next()->end);
    const auto rest = read_chunks(resumed);
    ASSERT_EQ(rest.size(), chunks.size() - done);
    for (std::size_t i = 0; i < rest.size(); ++i) {
      EXPECT_EQ(rest[i].names, chunks[done + i].names) << done;
      EXPECT_EQ(rest[i].images, chunks[done + i].images) << done;
    }
  }
}

// Another name, order, length, or time of change, or one file more: other inputs.
TEST(ImageInputs, HaveAnIdentity) {
  const TemporaryDirectory folder;
  const auto identity = [&](const std::vector<std::string>& names) {
    std::vector<std::string> words;
    for (const auto& name : names) words.push_back(folder / name);
    return ImageInputs(words, colours(1).schema).identity();
  };
  write_file(folder / "a.png", "1");
  write_file(folder / "b.png", "2");
  const auto first = identity({"a.png", "b.png"});
  EXPECT_EQ(identity({"a.png", "b.png"}), first);
  EXPECT_EQ(identity({""}), identity({""}));
  std::vector<std::string> others{identity({"b.png", "a.png"}), identity({"a.png"}),
                                  identity({"a.png", "c.png"})};
  const auto time = fs::last_write_time(folder / "b.png");
  fs::last_write_time(folder / "b.png", time + std::chrono::milliseconds(1));
  others.push_back(identity({"a.png", "b.png"}));
  write_file(folder / "b.png", "22");
  fs::last_write_time(folder / "b.png", time);
  others.push_back(identity({"a.png", "b.png"}));
  fs::remove(folder / "b.png");
  others.push_back(identity({"a.png", "b.png"}));
  EXPECT_THAT(others, testing::Each(testing::Ne(first)));
  const auto folder_before = identity({""});
  write_file(folder / "new.png", "3");
  EXPECT_NE(identity({""}), folder_before);
}

}  // namespace
}  // namespace digits
