#include "behaviour/attribution.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <opencv2/core.hpp>

#include "behaviour/ink.h"

namespace digits {

namespace {

std::size_t pixels_of(const Schema& schema) {
  return schema.image_bytes() / static_cast<std::size_t>(schema.channels);
}

// Absolute attributions of image i.
std::vector<float> magnitudes(const Attributions& attributions, const Schema& schema,
                              std::size_t i) {
  const auto pixels = pixels_of(schema);
  std::vector<float> values(pixels);
  std::transform(&attributions.maps[i * pixels], &attributions.maps[i * pixels] + pixels,
                 values.begin(), [](float value) { return std::abs(value); });
  return values;
}

}  // namespace

Quantity excess_on_ink(const Dataset& set, const Attributions& attributions) {
  std::vector<double> excess;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto mass = magnitudes(attributions, set.schema, i);
    const auto ink = ink_of(set.image(i), set.schema, 1);
    const double all = std::accumulate(mass.begin(), mass.end(), 0.0);
    const double on_ink = std::inner_product(
        mass.begin(), mass.end(), ink.begin(), 0.0, std::plus<>(),
        [](float value, std::uint8_t is_ink) { return is_ink > 0 ? value : 0.0F; });
    const double area =
        static_cast<double>(cv::countNonZero(ink)) / static_cast<double>(ink.total());
    excess.push_back((all > 0.0 ? on_ink / all : 0.0) - area);
  }
  return mean_within(excess, -1.0, 1.0);
}

Quantity completeness_error(const Attributions& attributions) {
  const auto n = attributions.differences.size();
  const auto pixels = n == 0 ? 0 : attributions.maps.size() / n;
  std::vector<double> errors;
  for (std::size_t i = 0; i < n; ++i) {
    const auto* map = attributions.maps.data() + i * pixels;
    const double sum = std::accumulate(map, map + pixels, 0.0);
    const double difference = attributions.differences[i];
    errors.push_back(std::abs(sum - difference) / std::max(1.0, std::abs(difference)));
  }
  return mean_within(errors, 0.0, std::numeric_limits<double>::max());
}

}  // namespace digits
