#include "data/photo_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "base/files.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "data/class_files.h"
#include "data/image_file.h"
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

Photos read_photos(const std::vector<fs::path>& paths, const Schema& schema, int threads,
                   const ReadOptions& options) {
  std::vector<std::vector<std::uint8_t>> images(paths.size());
  std::vector<std::optional<Error>> errors(paths.size());
  parallel_for(paths.size(), threads, [&](std::size_t i) {
    throw_if_interrupted("reading pictures");
    try {
      images[i] = read_one(paths[i], schema, options);
    } catch (const Error& error) {
      errors[i] = error;
    }
  });
  Photos photos;
  photos.images.reserve(paths.size() * schema.image_bytes());
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (errors[i]) {
      photos.unread.push_back({i, *errors[i]});
      continue;
    }
    photos.read.push_back(static_cast<std::uint32_t>(i));
    photos.images.insert(photos.images.end(), images[i].begin(), images[i].end());
  }
  return photos;
}

Dataset LabelledPhotos::set(const Schema& schema) const {
  Dataset set{schema, photos.images, {}};
  for (const auto i : photos.read) set.labels.push_back(labels[i]);
  return set;
}

LabelledPhotos read_labelled_photos(const fs::path& root, const Schema& schema, int threads,
                                    const ReadOptions& options) {
  if (kind_of(root) != PathKind::kFolder) {
    throw Error("input.missing", fmt::format("{}: no such folder", root.string()),
                "name a folder that has a folder of pictures for each class");
  }
  std::vector<fs::path> passed_over;
  auto files = list_class_files(root, schema.class_names, passed_over);
  LabelledPhotos labelled{std::move(files.paths), std::move(files.labels), {}, {}};
  labelled.findings = passed_over_findings(root, passed_over);
  if (labelled.paths.empty()) throw no_images(root, root, labelled.findings);
  labelled.photos = read_photos(labelled.paths, schema, threads, options);
  return labelled;
}

}  // namespace digits
