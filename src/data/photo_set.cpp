#include "data/photo_set.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "base/files.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "data/passed_over.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

// The one image in a picture. Throws as read_image, and image.several.
std::vector<std::uint8_t> read_one(const fs::path& path, const Schema& schema,
                                   const ReadOptions& options) {
  auto samples = read_image(path, schema, options).samples;
  if (samples.size() == 1) return std::move(samples.front().image);
  throw Error("image.several",
              fmt::format("{}: {} digits found, expected 1", path.string(), samples.size()),
              "crop the picture to one digit");
}

}  // namespace

Photos read_photos(const ClassFiles& files, const Schema& schema, int threads,
                   const ReadOptions& options) {
  const auto count = files.paths.size();
  std::vector<std::vector<std::uint8_t>> images(count);
  std::vector<std::optional<Error>> errors(count);
  parallel_for(count, threads, [&](std::size_t i) {
    throw_if_interrupted("reading pictures");
    try {
      images[i] = read_one(files.paths[i], schema, options);
    } catch (const Error& error) {
      errors[i] = error;
    }
  });
  Photos photos;
  photos.set.schema = schema;
  photos.set.images.reserve(count * schema.image_bytes());
  for (std::size_t i = 0; i < count; ++i) {
    if (errors[i]) {
      photos.unread.push_back({files.paths[i], *errors[i]});
      continue;
    }
    photos.set.images.insert(photos.set.images.end(), images[i].begin(), images[i].end());
    photos.set.labels.push_back(files.labels[i]);
  }
  return photos;
}

Photos read_labelled_photos(const fs::path& root, const Schema& schema, int threads,
                            const ReadOptions& options) {
  if (kind_of(root) != PathKind::kFolder) {
    throw Error("input.missing", fmt::format("{}: no such folder", root.string()),
                "name a folder that has a folder of pictures for each class");
  }
  std::vector<fs::path> passed_over;
  const auto files = list_class_files(root, schema.class_names, passed_over);
  auto findings = passed_over_findings(root, passed_over);
  if (files.paths.empty()) throw no_images(root, root, findings);
  auto photos = read_photos(files, schema, threads, options);
  photos.findings = std::move(findings);
  return photos;
}

}  // namespace digits
