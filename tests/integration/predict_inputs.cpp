#include "integration/predict_inputs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "base/files.h"
#include "data/load.h"

namespace digits {

namespace fs = std::filesystem;

IdxArray many_images(std::uint32_t count) {
  static const auto set = load_dataset(fixtures() / "tiny", Part::kTest);
  const auto bytes = set.schema.image_bytes();
  IdxArray images{{count, static_cast<std::uint32_t>(set.schema.rows),
                   static_cast<std::uint32_t>(set.schema.cols)},
                  {}};
  for (std::size_t i = 0; i < count; ++i) {
    const auto* image = set.image(i % set.size());
    images.values.insert(images.values.end(), image, image + bytes);
    auto& pixel = images.values[i * bytes + i / set.size() % bytes];
    pixel = static_cast<std::uint8_t>(pixel ^ 255);
  }
  return images;
}

std::vector<std::string> predict(const std::vector<std::string>& more) {
  std::vector<std::string> words{"predict", "--model", tiny_run().package()};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

BlockingPipe::BlockingPipe(std::string path) : path_(std::move(path)) {
  if (::mkfifo(path_.c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
}

BlockingPipe::~BlockingPipe() { open(); }

bool BlockingPipe::reached() {
  if (writer_ < 0) writer_ = ::open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  return writer_ >= 0;
}

void BlockingPipe::open() {
  if (writer_ >= 0) ::close(std::exchange(writer_, -1));
}

PredictInputs::PredictInputs(std::uint32_t images) {
  write_idx(folder / "a.idx.gz", many_images(images));
  write_idx(folder / "b.idx", many_images(images));
  fs::copy(fixtures() / "digits", folder / "pictures");
  write_file(folder / "pictures" / "5-no-picture.png", "this is not a PNG");
}

std::vector<std::string> PredictInputs::into(const std::string& out,
                                             std::vector<std::string> more) const {
  for (const auto& name : names) more.push_back(folder / name);
  more.insert(more.end(), {"--out", folder / out});
  return predict(more);
}

}  // namespace digits
