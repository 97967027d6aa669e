#include "data/image_inputs.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "base/files.h"
#include "base/interrupt.h"
#include "base/sha256.h"
#include "data/load.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

// As many images of `schema` as a chunk may have: `most`, but no more than 64 MiB and at least one.
std::size_t at_most(std::size_t most, const Schema& schema) {
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  return std::clamp<std::size_t>(kBytes / schema.image_bytes(), 1, most);
}

// An IDX file by its name: MNIST's files have no suffix but -ubyte or .gz.
bool looks_like_idx(const fs::path& path) {
  return path.extension() == ".gz" || path.extension() == ".idx" ||
         path.filename().string().find("-ubyte") != std::string::npos;
}

// The files behind a word. Throws input.missing when it is a folder with none.
std::vector<std::string> expand(const std::string& word) {
  if (kind_of(word) != PathKind::kFolder) return {word};
  const auto idx = part_names(Part::kTest).images;
  auto files = list_names(word);
  const auto is_other = [&](const std::string& name) {
    return !is_image_name(name) && name != idx && name != idx + ".gz";
  };
  files.erase(std::remove_if(files.begin(), files.end(), is_other), files.end());
  for (auto& file : files) file = fs::path(word) / file;
  if (!files.empty()) return files;
  throw Error("input.missing",
              fmt::format("{}: no images in it, expected PNG, JPEG or {}", word, idx),
              "name files, or a folder that has some");
}

// Adds the images of a file, or why there are none.
void append_file(ImageChunk& chunk, const std::string& path, const Schema& schema,
                 const ReadOptions& options) {
  try {
    if (kind_of(path) == PathKind::kFolder) expand(path);  // throws what was wrong with it
    const auto [samples, note] = read_image(path, schema, options);
    if (!note.empty()) chunk.notes.push_back(path + ": " + note);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const auto& [box, image] = samples[i];
      chunk.inputs.push_back({{path, std::nullopt, box}, std::nullopt});
      if (samples.size() > 1) chunk.inputs.back().origin.index = i;  // in reading order
      chunk.images.insert(chunk.images.end(), image.begin(), image.end());
    }
  } catch (const Error& error) {
    chunk.inputs.push_back({{path, std::nullopt, std::nullopt}, error});
  }
}

ImageChunk read_files(const std::vector<std::string>& paths, const Schema& schema,
                      const ReadOptions& options) {
  ImageChunk chunk;
  for (const auto& path : paths) {
    throw_if_interrupted("reading");
    append_file(chunk, path, schema, options);
  }
  return chunk;
}

ImageChunk records_of(const std::string& path, std::size_t first, std::size_t count,
                      std::vector<std::uint8_t> images) {
  ImageChunk chunk;
  for (std::size_t i = first; i < first + count; ++i) {
    chunk.inputs.push_back({{path, i, std::nullopt}, std::nullopt});
  }
  chunk.images = std::move(images);
  return chunk;
}

}  // namespace

ImageInputs::ImageInputs(const std::vector<std::string>& words, Schema schema, ReadOptions options)
    : schema_(std::move(schema)), options_(options) {
  for (const auto& word : words) {
    try {
      auto files = expand(word);
      std::move(files.begin(), files.end(), std::back_inserter(files_));
    } catch (const Error&) {
      files_.push_back(word);  // whoever reads it will see the error again
    }
  }
}

std::string ImageInputs::identity() const {
  std::string hash;
  for (const auto& path : files_) {
    struct stat status {};
    ::stat(path.c_str(), &status);  // zeros for what is not there
    hash = sha256(fmt::format("{} {} {} {}.{:09} {}", hash, path.size(), status.st_size,
                              status.st_mtim.tv_sec, status.st_mtim.tv_nsec, path));
  }
  return hash;
}

void ImageInputs::seek(InputPosition position) {
  position_ = position;
  idx_.reset();
}

std::optional<PendingChunk> ImageInputs::next() {
  if (position_.file >= files_.size()) return std::nullopt;
  return looks_like_idx(files_[position_.file]) ? next_records() : next_files();
}

PendingChunk ImageInputs::next_files() {
  constexpr std::size_t kFiles = 100;
  const auto begin = files_.begin() + static_cast<std::ptrdiff_t>(position_.file);
  const auto left = files_.size() - position_.file;
  const auto last = begin + static_cast<std::ptrdiff_t>(std::min(at_most(kFiles, schema_), left));
  const auto end = std::find_if(begin, last, looks_like_idx);
  position_ = {position_.file + static_cast<std::size_t>(end - begin), 0};
  return {[paths = std::vector(begin, end), this] { return read_files(paths, schema_, options_); },
          position_, share()};
}

PendingChunk ImageInputs::next_records() {
  constexpr std::size_t kRecords = 1000;
  const auto& path = files_[position_.file];
  try {
    if (!idx_) {
      idx_ = std::make_unique<IdxImages>(path, schema_);
      idx_->skip(position_.record);
    }
    const auto first = idx_->position();
    auto images = idx_->read(at_most(kRecords, schema_));
    const auto count = idx_->position() - first;
    position_.record = idx_->position();
    const double share_so_far = share();
    if (idx_->position() == idx_->count()) seek({position_.file + 1, 0});
    auto read = [path, first, count, bytes = std::move(images)]() mutable {
      return records_of(path, first, count, std::move(bytes));
    };
    return {std::move(read), position_, share_so_far};
  } catch (const Error& error) {
    if (error.code() == "interrupted") throw;
    seek({position_.file + 1, 0});
    const ImageInput unread{{path, std::nullopt, std::nullopt}, error};
    return {[=] { return ImageChunk{{unread}, {}, {}}; }, position_, share()};
  }
}

// Of the files, how many lie before the position.
double ImageInputs::share() const {
  const double records = idx_ && idx_->count() > 0 ? static_cast<double>(idx_->position()) /
                                                         static_cast<double>(idx_->count())
                                                   : 0.0;
  return (static_cast<double>(position_.file) + records) / static_cast<double>(files_.size());
}

}  // namespace digits
