#include "data/outliers.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace digits {

namespace {

std::uint8_t draw_value(Rng& rng) { return static_cast<std::uint8_t>(rng.below(256)); }

void write_noise(std::uint8_t* out, std::size_t bytes, Rng& rng) {
  std::generate_n(out, bytes, [&] { return draw_value(rng); });
}

void write_one_colour(std::uint8_t* out, std::size_t pixels, std::size_t channels, Rng& rng) {
  std::generate_n(out, channels, [&] { return draw_value(rng); });
  for (std::size_t p = 1; p < pixels; ++p) std::copy_n(out, channels, out + p * channels);
}

void write_scrambled(const std::uint8_t* in, std::uint8_t* out, std::size_t pixels,
                     std::size_t channels, Rng& rng) {
  std::vector<std::size_t> order(pixels);
  std::iota(order.begin(), order.end(), std::size_t{0});
  rng.shuffle(order);
  for (std::size_t p = 0; p < pixels; ++p) {
    std::copy_n(in + order[p] * channels, channels, out + p * channels);
  }
}

}  // namespace

void write_outlier(const Schema& schema, const std::uint8_t* in, std::uint8_t* out, Rng rng) {
  const auto channels = static_cast<std::size_t>(schema.channels);
  const auto pixels = schema.image_bytes() / channels;
  switch (rng.below(3)) {
    case 0:
      return write_one_colour(out, pixels, channels, rng);
    case 1:
      return write_noise(out, schema.image_bytes(), rng);
    default:
      return write_scrambled(in, out, pixels, channels, rng);
  }
}

}  // namespace digits
