#include "inference/image_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <limits>
#include <utility>

#include "base/files.h"
#include "base/interrupt.h"
#include "data/load.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

// The largest number of images of `schema` in a chunk: `most`, but at most 64 MiB and at least one.
std::size_t at_most(std::size_t most, const Schema& schema) {
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  return std::clamp<std::size_t>(kBytes / schema.image_bytes(), 1, most);
}

// An IDX file by its name: MNIST's files have no suffix but -ubyte or .gz.
bool looks_like_idx(const fs::path& path) {
  return path.extension() == ".gz" || path.extension() == ".idx" ||
         path.filename().string().find("-ubyte") != std::string::npos;
}

// The files that a word stands for. Throws input.missing for a folder without any.
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

// Adds the images of a file, or the error that it has.
void append_file(ImageChunk& chunk, const std::string& path, const Schema& schema,
                 const ReadOptions& options) {
  try {
    if (kind_of(path) == PathKind::kFolder) expand(path);  // throws the folder's error
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

ImageChunk images_of(const std::string& path, std::size_t first, std::size_t count,
                     std::vector<std::uint8_t> images) {
  ImageChunk chunk;
  for (std::size_t i = first; i < first + count; ++i) {
    chunk.inputs.push_back({{path, i, std::nullopt}, std::nullopt});
  }
  chunk.images = std::move(images);
  return chunk;
}

constexpr auto kToTheEnd = std::numeric_limits<std::size_t>::max();

// The number of images by an IDX file's header; 1 if the header cannot be read separately.
std::size_t images_by_header(const std::string& path, const Schema& schema) {
  try {
    return IdxImages::count_by_header(path, schema).value_or(1);
  } catch (const Error&) {
    return 1;  // next_images() reports the error
  }
}

}  // namespace

ImageInputs::ImageInputs(const std::vector<std::string>& words, Schema schema, ReadOptions options,
                         const Shard& shard)
    : schema_(std::move(schema)), options_(options) {
  for (const auto& word : words) {
    try {
      auto files = expand(word);
      std::move(files.begin(), files.end(), std::back_inserter(files_));
    } catch (const Error&) {
      files_.push_back(word);  // reading it reports the error
    }
  }
  spans_ = spans_of(shard);
  for (const auto& span : spans_) chunks_ += span.chunks;
  chunks_left_ = chunks_;
}

std::size_t ImageInputs::chunk_size(const Span& span) const {
  constexpr std::size_t kFiles = 100;
  constexpr std::size_t kImages = 1000;
  return at_most(looks_like_idx(files_[span.file]) ? kImages : kFiles, schema_);
}

std::vector<ImageInputs::Span> ImageInputs::all_spans() const {
  std::vector<Span> spans;
  for (std::size_t file = 0; file < files_.size();) {
    const auto begin = files_.begin() + static_cast<std::ptrdiff_t>(file);
    const bool idx = looks_like_idx(*begin);
    const auto files = std::find_if(begin, files_.end(), looks_like_idx) - begin;
    const auto inputs = idx ? images_by_header(*begin, schema_) : static_cast<std::size_t>(files);
    Span span{file, 0, idx ? kToTheEnd : inputs, 0};
    const auto size = chunk_size(span);
    span.chunks = inputs == 0 ? 1 : (inputs - 1) / size + 1;
    spans.push_back(span);
    file += idx ? 1 : inputs;
  }
  return spans;
}

std::vector<ImageInputs::Span> ImageInputs::spans_of(const Shard& shard) const {
  const auto all = all_spans();
  std::size_t chunks = 0;
  for (const auto& span : all) chunks += span.chunks;
  const auto [begin, end] = items_of(shard, chunks);
  std::vector<Span> spans;
  std::size_t before = 0;  // chunks of the spans before this one
  for (const auto& span : all) {
    const auto first = std::max(begin, before) - before;
    const auto last = std::min(std::max(end, before) - before, span.chunks);
    before += span.chunks;
    if (first >= last) continue;
    const auto size = chunk_size(span);
    const auto span_end = last == span.chunks ? span.end : last * size;
    spans.push_back({span.file, first * size, span_end, last - first});
  }
  return spans;
}

std::optional<PendingChunk> ImageInputs::next() {
  if (span_ == spans_.size()) return std::nullopt;
  return looks_like_idx(files_[spans_[span_].file]) ? next_images() : next_files();
}

PendingChunk ImageInputs::next_files() {
  auto& span = spans_[span_];
  const auto begin = files_.begin() + static_cast<std::ptrdiff_t>(span.file + span.begin);
  const auto count = std::min(chunk_size(span), span.end - span.begin);
  span.begin += count;
  const auto end = begin + static_cast<std::ptrdiff_t>(count);
  return {[paths = std::vector(begin, end), this] { return read_files(paths, schema_, options_); },
          finish_chunk(span.begin == span.end)};
}

PendingChunk ImageInputs::next_images() {
  auto& span = spans_[span_];
  const auto& path = files_[span.file];
  try {
    if (!idx_) {
      idx_ = std::make_unique<IdxImages>(path, schema_);
      idx_->skip(span.begin);
      span.end = std::min(span.end, idx_->count());
    }
    const auto first = idx_->position();
    auto images = idx_->read(std::min(chunk_size(span), span.end - first));
    const auto count = idx_->position() - first;
    auto read = [path, first, count, bytes = std::move(images)]() mutable {
      return images_of(path, first, count, std::move(bytes));
    };
    return {std::move(read), finish_chunk(first + count >= span.end)};
  } catch (const Error& error) {
    if (error.code() == "interrupted") throw;
    ImageChunk chunk;
    if (span.begin == 0) {
      chunk.inputs.push_back({{path, std::nullopt, std::nullopt}, error});
    } else {
      chunk.other_errors.push_back(error);
    }
    return {[=] { return chunk; }, finish_chunk(true)};
  }
}

// Returns the share of the chunks up to this one. A file with an error ends its span early; a pipe
// counts as one chunk, and may be several.
double ImageInputs::finish_chunk(bool last_of_span) {
  auto& left = spans_[span_].chunks;
  const auto before = left;
  left = last_of_span ? 0 : std::max<std::size_t>(1, left - 1);
  chunks_left_ -= before - left;
  if (last_of_span) {
    ++span_;
    idx_.reset();
  }
  return 1.0 - static_cast<double>(chunks_left_) / static_cast<double>(chunks_);
}

}  // namespace digits
