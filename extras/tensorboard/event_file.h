// Writes event files, the logs that TensorBoard reads: protobuf messages in TFRecord frames.
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

#include "base/descriptor.h"

namespace digits {

// A clock in seconds since 1970: the system's, or a test's own.
using WallClock = double (*)();
double system_time();

// CRC-32C (RFC 3720, B.4), rotated and shifted as TFRecord requires, so that the checksum of data
// that contain checksums is not degenerate.
std::uint32_t masked_crc32c(std::string_view bytes);

// `data` as one record: u64 length, its masked CRC, the data, their masked CRC; little-endian.
std::string tfrecord(std::string_view data);

// An encoded image file.
struct EncodedImage {
  int rows = 0;
  int cols = 0;
  int channels = 0;  // 1 grey, 3 RGB
  std::string bytes;
};

// A value named `tag` ("train/loss"): a point of a curve, or an image.
struct SummaryValue {
  std::string tag;
  std::variant<float, EncodedImage> content;
};

// Event messages; `wall_time` in seconds since 1970. The first one names the format. The second one
// marks a program's start at `step`: readers drop later steps of earlier files in the folder, so
// that a run that was killed after its checkpoint and continued shows one curve.
std::string version_event(double wall_time);
std::string start_event(double wall_time, std::int64_t step);
std::string summary_event(double wall_time, std::int64_t step,
                          const std::vector<SummaryValue>& values);

// A log that grows while others read it. Bytes arrive in order; a power cut may lose the last ones.
class GrowingFile {
 public:
  // Creates a file. Throws output.unwritable, also when the name is taken.
  explicit GrowingFile(std::filesystem::path path);

  // Appends all of the bytes; when it throws (as write_all), none, unless
  // truncating the file fails too.
  void append(std::string_view bytes);

 private:
  std::filesystem::path path_;
  Descriptor file_;
  std::int64_t size_ = 0;
};

// One event file; each event is appended, and a reader may follow. Not thread-safe.
class EventFile {
 public:
  // Creates a file in `folder`, and the folder if it is missing, for a program that starts with
  // `first_step`. Names sort by creation time. Throws output.unwritable, disk.*.
  EventFile(const std::filesystem::path& folder, std::int64_t first_step,
            WallClock now = system_time);
  ~EventFile();  // writes without reporting errors; flush() reports them
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  // Adds an event; all events are written once a second, and at flush(). Throw disk.*; the file
  // then ends with a complete record.
  void add(std::int64_t step, const std::vector<SummaryValue>& values);
  void flush();

 private:
  GrowingFile file_;
  std::string pending_;
  double written_ = 0.0;  // time of the last write, seconds since 1970
  WallClock now_;
};

}  // namespace digits
