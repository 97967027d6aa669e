// Reads the images of an IDX file in chunks: a file of any size in little memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"
#include "data/gzip.h"
#include "data/idx.h"

namespace digits {

// Images of `schema`, from a file that is gzip'd or not (detected by content, not by name). A pipe
// is read whole, and so is a file with elements of another type than unsigned byte: as_bytes()
// scales them together.
class IdxImages {
 public:
  // Checks the whole file first, its length or gzip's checksum, so that damage near its end is
  // found before the first image is used. Throws as read_idx and as_bytes, and data.schema_mismatch
  // when its images have another size.
  IdxImages(const std::filesystem::path& path, const Schema& schema);
  // The number of images by the file's header, without reading the images; nothing unless it is a
  // regular file. Throws as the constructor when the header is damaged, or has another size.
  static std::optional<std::size_t> count_by_header(const std::filesystem::path& path,
                                                    const Schema& schema);

  IdxImages(const IdxImages&) = delete;
  IdxImages& operator=(const IdxImages&) = delete;

  std::size_t count() const { return count_; }
  std::size_t position() const { return position_; }  // of the next image, 0 .. count()

  // The next `n` images, [n, rows, cols, channels], or fewer at the end. Throws input.changed when
  // the file was truncated in the meantime.
  std::vector<std::uint8_t> read(std::size_t n);

  // Skips the next `n` images.
  void skip(std::size_t n);

 private:
  IdxImages(const std::filesystem::path& path, std::size_t image_bytes);
  IdxHeader open(const Schema& schema);
  void check_size();
  void rewind();
  std::size_t read_file_bytes(char* out, std::size_t n);
  std::string_view next_block();
  std::size_t read_bytes(char* out, std::size_t n);
  std::uint64_t unpacked_size(std::uint64_t most);

  std::filesystem::path path_;
  std::size_t image_bytes_;
  std::ifstream file_;
  bool zipped_ = false;
  std::vector<char> block_;              // of the gzip'd file
  std::unique_ptr<GzipReader> gzip_;     // if the file is gzip'd
  std::vector<std::uint8_t> in_memory_;  // all images, if the file is read whole
  std::size_t header_bytes_ = 0;
  std::size_t count_ = 0;
  std::size_t position_ = 0;
};

}  // namespace digits
