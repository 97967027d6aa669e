#include "inference/idx_images.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "data/load.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBlock = 1 << 16;

void require_schema(const std::vector<std::uint32_t>& dims, const Schema& schema,
                    const std::string& name) {
  std::vector<std::uint32_t> expected{dims[0], static_cast<std::uint32_t>(schema.rows),
                                      static_cast<std::uint32_t>(schema.cols)};
  if (schema.channels != 1) expected.push_back(static_cast<std::uint32_t>(schema.channels));
  if (dims == expected) return;
  throw Error("data.schema_mismatch",
              fmt::format("{}: dimensions {}, expected images of {}x{}x{}", name,
                          fmt::join(dims, "x"), schema.rows, schema.cols, schema.channels),
              "the package was trained on images of that size");
}

Error unreadable(const fs::path& path) {
  return {"input.unreadable", fmt::format("{}: {}", path.string(), std::strerror(errno)),
          "check the file's permissions, and its disk"};
}

}  // namespace

IdxImages::IdxImages(const fs::path& path, std::size_t image_bytes)
    : path_(path), image_bytes_(image_bytes), block_(kBlock) {
  require_file(path);
}

IdxImages::IdxImages(const fs::path& path, const Schema& schema)
    : IdxImages(path, schema.image_bytes()) {
  if (fs::is_regular_file(path)) {
    const auto header = open(schema);
    count_ = header.dims[0];
    header_bytes_ = header.bytes();
    if (header.type == IdxType::kUnsignedByte) {
      check_size();
      return;
    }
  }
  const auto images = as_bytes(read_idx(path), path.string());
  require_schema(images.dims, schema, path.string());
  count_ = images.dims[0];
  in_memory_ = images.values;
}

std::optional<std::size_t> IdxImages::count_by_header(const fs::path& path, const Schema& schema) {
  IdxImages images(path, schema.image_bytes());
  if (!fs::is_regular_file(path)) return std::nullopt;
  return images.open(schema).dims[0];
}

IdxHeader IdxImages::open(const Schema& schema) {
  file_.open(path_, std::ios::binary);
  if (!file_) throw unreadable(path_);
  zipped_ = is_gzip(next_block());
  rewind();
  std::string start(kMaxIdxHeader, '\0');
  start.resize(read_bytes(start.data(), start.size()));
  auto header = parse_idx_header(start, path_.string());
  require_schema(header.dims, schema, path_.string());
  return header;
}

// Leaves the position at the first image.
void IdxImages::check_size() {
  rewind();
  const auto expected = header_bytes_ + std::uint64_t{count_} * image_bytes_;
  require_idx_size(zipped_ ? unpacked_size(expected + 1) : fs::file_size(path_), expected,
                   path_.string());
  rewind();
  std::string header(header_bytes_, '\0');
  read_bytes(header.data(), header.size());
}

// To the start of the file.
void IdxImages::rewind() {
  file_.clear();
  file_.seekg(0);
  if (zipped_)
    gzip_ = std::make_unique<GzipReader>([this] { return next_block(); }, path_.string());
}

// The next `n` bytes of the file on disk, or fewer at its end.
std::size_t IdxImages::read_file_bytes(char* out, std::size_t n) {
  file_.read(out, static_cast<std::streamsize>(n));
  if (file_.bad()) throw unreadable(path_);
  return static_cast<std::size_t>(file_.gcount());
}

std::string_view IdxImages::next_block() {
  return {block_.data(), read_file_bytes(block_.data(), block_.size())};
}

// The next `n` bytes of the IDX file, or fewer at its end.
std::size_t IdxImages::read_bytes(char* out, std::size_t n) {
  return gzip_ ? gzip_->read(out, n) : read_file_bytes(out, n);
}

// Reads the remaining bytes and returns their number, at most `most`: a small file may unpack to
// any size.
std::uint64_t IdxImages::unpacked_size(std::uint64_t most) {
  std::vector<char> unused(kBlock);
  std::uint64_t size = 0;
  while (const auto count =
             read_bytes(unused.data(), std::min<std::uint64_t>(kBlock, most - size))) {
    throw_if_interrupted("reading");
    size += count;
  }
  return size;
}

std::vector<std::uint8_t> IdxImages::read(std::size_t n) {
  n = std::min(n, count_ - position_);
  std::vector<std::uint8_t> images(n * image_bytes_);
  if (!in_memory_.empty()) {
    std::copy_n(in_memory_.begin() + static_cast<std::ptrdiff_t>(position_ * image_bytes_),
                images.size(), images.begin());
  } else if (read_bytes(reinterpret_cast<char*>(images.data()), images.size()) < images.size()) {
    throw Error("input.changed", fmt::format("{}: shorter than when it was opened", path_.string()),
                "do not change it while it is read");
  }
  position_ += n;
  return images;
}

void IdxImages::skip(std::size_t n) {
  const auto target = position_ + std::min(n, count_ - position_);
  if (gzip_) {  // a gzip stream cannot seek
    const auto some = std::max<std::size_t>(1, kBlock / image_bytes_);
    while (position_ < target) read(std::min(some, target - position_));
    return;
  }
  position_ = target;
  file_.seekg(static_cast<std::streamoff>(header_bytes_ + position_ * image_bytes_));
}

}  // namespace digits
