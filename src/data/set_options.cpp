#include "data/set_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/error.h"

namespace digits {

namespace {

// The numbers of "28x28"; nothing for text of another form.
std::vector<int> numbers_in(const std::string& text) {
  std::vector<int> numbers;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data();; ++at) {
    int number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || number < 1 || number > kMaxSide) return {};
    numbers.push_back(number);
    if (next == end) return numbers;
    if (*next != 'x') return {};
    at = next;
  }
}

void transpose(Dataset& set) {
  const auto rows = static_cast<std::size_t>(set.schema.rows);
  const auto cols = static_cast<std::size_t>(set.schema.cols);
  const auto channels = static_cast<std::size_t>(set.schema.channels);
  std::vector<std::uint8_t> turned(set.schema.image_bytes());
  for (std::size_t i = 0; i < set.size(); ++i) {
    auto* image = set.image(i);
    for (std::size_t y = 0; y < rows; ++y) {
      for (std::size_t x = 0; x < cols; ++x) {
        std::copy_n(image + (y * cols + x) * channels, channels,
                    turned.data() + (x * rows + y) * channels);
      }
    }
    std::copy(turned.begin(), turned.end(), image);
  }
  std::swap(set.schema.rows, set.schema.cols);
}

}  // namespace

std::optional<PictureSize> parse_picture_size(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto numbers = numbers_in(text);
  if (numbers.size() == 2) return PictureSize{numbers[0], numbers[1], 1};
  if (numbers.size() == 3 && numbers[2] == 3) return PictureSize{numbers[0], numbers[1], 3};
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
