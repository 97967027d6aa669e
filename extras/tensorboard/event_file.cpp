#include "tensorboard/event_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/crc.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/files.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

// Fields of the messages, as the .proto files number them.
constexpr int kEventWallTime = 1;
constexpr int kEventStep = 2;
constexpr int kEventFileVersion = 3;
constexpr int kEventSummary = 5;
constexpr int kEventSessionLog = 7;
constexpr int kSessionStatus = 1;
constexpr std::uint64_t kSessionStart = 1;
constexpr int kSummaryValue = 1;
constexpr int kValueTag = 1;
constexpr int kValueScalar = 2;
constexpr int kValueImage = 4;
constexpr int kImageHeight = 1;
constexpr int kImageWidth = 2;
constexpr int kImageColorspace = 3;  // 1 grey, 3 RGB: the number of channels
constexpr int kImageBytes = 4;

// Protobuf's wire format: a key (field number and wire type), then a value of that type.
enum WireType : std::uint64_t { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

template <typename T>
std::string little_endian(T value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);  // x86 and ARM, as LibTorch has them, are little-endian
  std::string bytes;
  for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>(bits >> (8 * i));
  return bytes;
}

std::string key(int field, WireType type) {
  return varint(static_cast<std::uint64_t>(field) << 3 | type);
}

std::string number(int field, std::uint64_t value) { return key(field, kVarint) + varint(value); }

std::string text(int field, std::string_view bytes) {
  return key(field, kLength) + varint(bytes.size()) + std::string(bytes);
}

std::string encode(const SummaryValue& value) {
  const auto tag = text(kValueTag, value.tag);
  if (const auto* scalar = std::get_if<float>(&value.content)) {
    return tag + key(kValueScalar, kFixed32) + little_endian(*scalar);
  }
  const auto& image = std::get<EncodedImage>(value.content);
  return tag + text(kValueImage,
                    number(kImageHeight, static_cast<std::uint64_t>(image.rows)) +
                        number(kImageWidth, static_cast<std::uint64_t>(image.cols)) +
                        number(kImageColorspace, static_cast<std::uint64_t>(image.channels)) +
                        text(kImageBytes, image.bytes));
}

std::string event(double wall_time, std::int64_t step, const std::string& content) {
  return key(kEventWallTime, kFixed64) + little_endian(wall_time) +
         number(kEventStep, static_cast<std::uint64_t>(step)) + content;
}

// As TensorFlow and PyTorch name their files; in microseconds, since a second file may follow
// within the second.
fs::path new_name(const fs::path& folder) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const auto microseconds = static_cast<std::int64_t>(1e6 * system_time());
  return folder / fmt::format("events.out.tfevents.{:010}.{:06}.{}.{}", microseconds / 1000000,
                              microseconds % 1000000, host.data(), ::getpid());
}

fs::path made(const fs::path& folder) {
  make_directories(folder);
  return folder;
}

}  // namespace

double system_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::uint32_t masked_crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const auto sum = static_cast<std::uint32_t>(crc.checksum());
  return (sum >> 15 | sum << 17) + 0xA282EAD8U;
}

std::string tfrecord(std::string_view data) {
  const auto length = little_endian(static_cast<std::uint64_t>(data.size()));
  return length + little_endian(masked_crc32c(length)) + std::string(data) +
         little_endian(masked_crc32c(data));
}

std::string version_event(double wall_time) {
  return event(wall_time, 0, text(kEventFileVersion, "brain.Event:2"));
}

std::string start_event(double wall_time, std::int64_t step) {
  return event(wall_time, step, text(kEventSessionLog, number(kSessionStatus, kSessionStart)));
}

std::string summary_event(double wall_time, std::int64_t step,
                          const std::vector<SummaryValue>& values) {
  std::string summary;
  for (const auto& value : values) summary += text(kSummaryValue, encode(value));
  return event(wall_time, step, text(kEventSummary, summary));
}

GrowingFile::GrowingFile(fs::path path)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644)) {
  if (file_.get() < 0) throw write_error(path_, errno);
}

void GrowingFile::append(std::string_view bytes) {
  try {
    write_all(file_.get(), bytes, path_);
  } catch (const Error&) {
    if (::ftruncate(file_.get(), size_) != 0) {  // the last record stays incomplete; readers accept
    }
    throw;
  }
  size_ += static_cast<std::int64_t>(bytes.size());
}

EventFile::EventFile(const fs::path& folder, std::int64_t first_step, WallClock now)
    : file_(new_name(made(folder))), pending_(tfrecord(version_event(now()))), now_(now) {
  pending_ += tfrecord(start_event(now(), first_step));
  flush();
}

EventFile::~EventFile() {
  try {
    flush();
  } catch (const Error&) {  // a destructor must not throw
  }
}

void EventFile::add(std::int64_t step, const std::vector<SummaryValue>& values) {
  const auto time = now_();
  pending_ += tfrecord(summary_event(time, step, values));
  if (time - written_ >= 1.0) flush();
}

void EventFile::flush() {
  const auto bytes = std::move(pending_);
  pending_.clear();
  written_ = now_();
  file_.append(bytes);
}

}  // namespace digits
