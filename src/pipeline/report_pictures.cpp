#include "pipeline/report_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "data/image_file.h"

namespace digits {

namespace {

constexpr int kSide = 96;                // pixels: approximate longer side of an image as shown
const cv::Vec3f kFor(255, 140, 20);      // RGB, orange
const cv::Vec3f kAgainst(40, 130, 255);  // blue

double confidence(const Evaluation& evaluation, const Dataset& set, std::uint32_t i) {
  const auto classes = static_cast<std::size_t>(set.schema.classes());
  return evaluation.probabilities[i * classes + evaluation.predictions[i]];
}

// Right or wrong samples, sorted by confidence.
std::vector<std::uint32_t> by_confidence(const Evaluation& evaluation, const Dataset& set,
                                         bool right, bool highest_first, std::size_t count) {
  std::vector<std::uint32_t> chosen;
  for (std::uint32_t i = 0; i < set.size(); ++i) {
    if ((evaluation.predictions[i] == set.labels[i]) == right) chosen.push_back(i);
  }
  std::stable_sort(chosen.begin(), chosen.end(), [&](std::uint32_t a, std::uint32_t b) {
    const double x = confidence(evaluation, set, a);
    const double y = confidence(evaluation, set, b);
    return highest_first ? x > y : x < y;
  });
  chosen.resize(std::min(count, chosen.size()));
  return chosen;
}

cv::Mat3b as_rgb(const std::uint8_t* image, const Schema& schema) {
  cv::Mat picture(schema.rows, schema.cols, CV_8UC(schema.channels),
                  const_cast<std::uint8_t*>(image));
  cv::Mat rgb = picture.clone();
  if (schema.channels == 1) cv::cvtColor(picture, rgb, cv::COLOR_GRAY2RGB);
  return rgb;
}

// The image at half its contrast, each pixel tinted by its share of the largest attribution.
cv::Mat3b overlay(const cv::Mat3b& image, const float* map) {
  const auto pixels = static_cast<std::size_t>(image.total());
  const float largest = std::accumulate(map, map + pixels, 0.0F, [](float most, float value) {
    return std::max(most, std::abs(value));
  });
  cv::Mat3b tinted = image.clone();
  auto* value = map;
  for (auto& pixel : tinted) {
    const float share = largest > 0.0F ? std::sqrt(std::abs(*value) / largest) : 0.0F;
    const auto& tint = *value++ >= 0.0F ? kFor : kAgainst;
    for (int c = 0; c < 3; ++c) {
      const float grey = 0.5F * static_cast<float>(pixel[c]);
      pixel[c] = cv::saturate_cast<std::uint8_t>((1.0F - share) * grey + share * tint[c]);
    }
  }
  return tinted;
}

std::string png_of(const cv::Mat3b& left, const cv::Mat3b& right) {
  cv::Mat3b both;
  cv::hconcat(left, right, both);
  const int factor = std::max(1, kSide / std::max(left.rows, left.cols));
  cv::Mat3b large;
  cv::resize(both, large, {}, factor, factor, cv::INTER_NEAREST);
  return encode_png(large.data, {large.rows, large.cols, 3, {}});
}

}  // namespace

std::vector<std::uint32_t> worst_mistakes(const Evaluation& evaluation, const Dataset& set,
                                          std::size_t count) {
  return by_confidence(evaluation, set, false, true, count);
}

std::vector<std::uint32_t> least_confident_hits(const Evaluation& evaluation, const Dataset& set,
                                                std::size_t count) {
  return by_confidence(evaluation, set, true, false, count);
}

std::vector<html::Picture> explained_pictures(const Evaluation& evaluation, const Dataset& set,
                                              const std::vector<std::uint32_t>& samples,
                                              const Explainer& explain) {
  auto chosen = subset(set, samples);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    chosen.labels[i] = evaluation.predictions[samples[i]];  // explains the answer, not the truth
  }
  const auto attributions = explain(chosen);
  const auto& names = set.schema.class_names;
  std::vector<html::Picture> pictures;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto sample = samples[i];
    const auto image = as_rgb(chosen.image(i), set.schema);
    const auto* map = attributions.maps.data() + i * image.total();
    const auto caption =
        fmt::format("{}: {}, {:.0f} %; is {}", sample, names[chosen.labels[i]],
                    100.0 * confidence(evaluation, set, sample), names[set.labels[sample]]);
    pictures.push_back({png_of(image, overlay(image, map)), caption});
  }
  return pictures;
}

}  // namespace digits
