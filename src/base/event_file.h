// Event files, the logs that TensorBoard reads: protobuf messages in TFRecord frames.
//
// Sources: tensorflow/core/lib/io/record_writer.cc (frames), tensorflow/core/util/event.proto and
// tensorflow/core/framework/summary.proto (messages), protobuf's "Encoding" page (their bytes).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/files.h"

namespace digits {

// CRC-32C (RFC 3720, B.4), rotated and shifted as TFRecord wants it, so that checksums of data that
// hold checksums stay apart.
std::uint32_t masked_crc32c(std::string_view bytes);

// `data` as one record: u64 length, its masked CRC, the data, their masked CRC; little-endian.
std::string tfrecord(std::string_view data);

// An image as a file's bytes.
struct EncodedImage {
  int rows = 0;
  int cols = 0;
  int channels = 0;  // 1 grey, 3 RGB
  std::string bytes;
};

// A point of the curve, or a picture of the row, that `tag` ("train/loss") names.
struct SummaryValue {
  std::string tag;
  std::variant<float, EncodedImage> content;
};

// Event messages; `wall_time` in seconds since 1970. The first says which format follows; the
// second that a program starts with `step`: readers drop what earlier files of the folder have from
// there on, so that a run killed after its checkpoint and continued shows one curve.
std::string version_event(double wall_time);
std::string start_event(double wall_time, std::int64_t step);
std::string summary_event(double wall_time, std::int64_t step,
                          const std::vector<SummaryValue>& values);

// One event file, written as events come; a reader may follow. One thread.
class EventFile {
 public:
  // A new file in `folder`, which is made if need be, for a program that starts with `first_step`.
  // Files sort by the time of their making. Throws output.unwritable, disk.*.
  EventFile(const std::filesystem::path& folder, std::int64_t first_step);
  ~EventFile();  // writes what it can; call flush() to know
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  // Adds an event; once a second all so far are written, or at flush(). Throw disk.*; the file then
  // ends with a whole record.
  void add(std::int64_t step, const std::vector<SummaryValue>& values);
  void flush();

 private:
  GrowingFile file_;
  std::string pending_;
  double written_ = 0.0;  // when, seconds since 1970
};

}  // namespace digits
