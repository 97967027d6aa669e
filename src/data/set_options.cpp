#include "data/set_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <opencv2/core.hpp>
#include <regex>
#include <utility>

#include "base/error.h"

namespace digits {

namespace {

void transpose(Dataset& set) {
  auto& [rows, cols, channels, names] = set.schema;
  for (std::size_t i = 0; i < set.size(); ++i) {
    cv::Mat turned;
    cv::transpose(cv::Mat(rows, cols, CV_8UC(channels), set.image(i)), turned);
    std::copy(turned.datastart, turned.dataend, set.image(i));
  }
  std::swap(rows, cols);
}

}  // namespace

std::optional<PictureSize> parse_picture_size(const std::string& text) {
  if (text.empty()) return std::nullopt;
  static const std::regex kForm("([0-9]{1,4})x([0-9]{1,4})(x3)?");
  std::smatch parts;
  if (std::regex_match(text, parts, kForm)) {
    const PictureSize size{std::stoi(parts[1].str()), std::stoi(parts[2].str()),
                           parts[3].matched ? 3 : 1};
    const auto [smaller, larger] = std::minmax({size.rows, size.cols});
    if (smaller >= 1 && larger <= kMaxSide) return size;
  }
  throw Error(
      "config.value",
      fmt::format("size \"{}\", expected ROWSxCOLS or ROWSxCOLSx3, sides up to {}", text, kMaxSide),
      "--size 28x28 cuts a digit out of each picture, --size 64x64x3 resizes the whole "
      "picture in colour");
}

void apply_options(Dataset& set, const SetOptions& options) {
  if (options.transpose) transpose(set);
  const bool cut_out = options.size && options.size->channels == 1;
  if (!options.invert || cut_out) return;
  std::transform(set.images.begin(), set.images.end(), set.images.begin(),
                 [](std::uint8_t pixel) { return static_cast<std::uint8_t>(255 - pixel); });
}

}  // namespace digits
