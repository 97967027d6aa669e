#include "data/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/parallel.h"
#include "data/normal_form.h"

namespace digits {

namespace {

constexpr std::uint8_t kInk = 128;
constexpr std::size_t kMaxBins = 128;  // five per standard deviation of MNIST's mean intensity

cv::Mat1b grey_of(const std::uint8_t* image, const Schema& schema) {
  // OpenCV's constructor takes a mutable pointer; nothing writes through it.
  cv::Mat pixels(schema.rows, schema.cols, CV_8UC(schema.channels),
                 const_cast<std::uint8_t*>(image));
  if (schema.channels == 1) return pixels;
  cv::Mat1b grey;
  cv::transform(pixels, grey, cv::Mat1d(1, schema.channels, 1.0 / schema.channels));
  return grey;
}

// Sum of the absolute differences between horizontal and vertical neighbours, paper around them.
double perimeter_of(const cv::Mat1b& grey) {
  cv::Mat1b framed;
  cv::copyMakeBorder(grey, framed, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar(0));
  const int rows = framed.rows;
  const int cols = framed.cols;
  return cv::norm(framed.rowRange(1, rows), framed.rowRange(0, rows - 1), cv::NORM_L1) +
         cv::norm(framed.colRange(1, cols), framed.colRange(0, cols - 1), cv::NORM_L1);
}

std::size_t bin_of(double value, const FeatureBins& bins) {
  // With the multiplication first, whole numbers fall exactly on their bin's edge.
  const auto bin = static_cast<std::size_t>(value * static_cast<double>(bins.bins) / bins.high);
  return std::min(bin, bins.bins - 1);
}

std::uint64_t sum_of(const std::vector<std::uint64_t>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

Histogram histogram_of(const std::vector<ImageFeatures>& images, std::size_t feature,
                       const FeatureBins& bins) {
  Histogram histogram{0.0, std::vector<std::uint64_t>(bins.bins, 0)};
  double sum = 0.0;
  for (const auto& image : images) {
    sum += image[feature];
    ++histogram.counts[bin_of(image[feature], bins)];
  }
  histogram.mean = sum / static_cast<double>(images.size());
  return histogram;
}

}  // namespace

ImageFeatures image_features(const std::uint8_t* image, const Schema& schema) {
  const cv::Mat1b grey = grey_of(image, schema);
  cv::Mat1b ink;
  cv::compare(grey, kInk, ink, cv::CMP_GE);
  const cv::Rect box = cv::boundingRect(ink);
  const cv::Moments moments = cv::moments(grey);
  const double mass = moments.m00;
  const auto pixels = static_cast<double>(grey.total());
  ImageFeatures features{};
  features[kMeanIntensity] = mass / 255.0 / pixels;
  features[kInkFraction] = cv::countNonZero(ink) / pixels;
  features[kBoxHeight] = box.height;
  features[kBoxWidth] = box.width;
  features[kAspect] = box.height > 0 ? static_cast<double>(box.width) / box.height : 0.0;
  // Moments count from pixel centres; half a pixel more gives the distance from the corner.
  features[kCentroidX] = mass > 0.0 ? moments.m10 / mass + 0.5 : grey.cols / 2.0;
  features[kCentroidY] = mass > 0.0 ? moments.m01 / mass + 0.5 : grey.rows / 2.0;
  features[kThickness] = mass > 0.0 ? 2.0 * mass / perimeter_of(grey) : 0.0;
  return features;
}

Shape image_shape(const std::uint8_t* image, const Schema& schema) {
  const cv::Moments moments = cv::moments(grey_of(image, schema));
  Shape shape;
  if (moments.m00 <= 0.0) return shape;
  if (moments.mu02 > 0.0) shape.slant = -moments.mu11 / moments.mu02;  // y counts downwards
  shape.radius = std::sqrt(std::max(0.0, moments.mu20 + moments.mu02) / moments.m00);
  return shape;
}

std::array<FeatureBins, kFeatureCount> feature_bins(const Schema& schema) {
  const double rows = schema.rows;
  const double cols = schema.cols;
  const auto whole = [](int largest) {
    return std::min(static_cast<std::size_t>(largest) + 1, kMaxBins);
  };
  return {{{"mean_intensity", 1.0, kMaxBins},
           {"ink_fraction", 1.0, kMaxBins},
           {"box_height", rows + 1.0, whole(schema.rows)},
           {"box_width", cols + 1.0, whole(schema.cols)},
           {"aspect", 4.0, kMaxBins},
           {"centroid_x", cols, kMaxBins},
           {"centroid_y", rows, kMaxBins},
           {"thickness", rows * cols / (rows + cols), kMaxBins}}};  // of a frame full of ink
}

Profile make_profile(const Dataset& set, int threads) {
  if (set.size() == 0) {
    throw Error("data.empty", "0 images, expected at least 1", "a profile needs images");
  }
  std::vector<ImageFeatures> images(set.size());
  parallel_for(set.size(), threads,
               [&](std::size_t i) { images[i] = image_features(set.image(i), set.schema); });
  Profile profile;
  profile.schema = set.schema;
  profile.count = set.size();
  const auto bins = feature_bins(set.schema);
  for (std::size_t f = 0; f < kFeatureCount; ++f) {
    profile.features[f] = histogram_of(images, f, bins[f]);
  }
  const auto counts = class_counts(set);
  profile.class_counts.assign(counts.begin(), counts.end());
  return profile;
}

bool in_normal_form(const Profile& profile) {
  const auto& schema = profile.schema;
  const auto bins = feature_bins(schema);
  const auto nearly_all = [&](Feature feature, double low, double high) {
    const auto& counts = profile.features[feature].counts;
    const double width = bins[feature].high / static_cast<double>(counts.size());
    std::uint64_t inside = 0;
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
      const double middle = (static_cast<double>(bin) + 0.5) * width;
      if (middle >= low && middle <= high) inside += counts[bin];
    }
    return static_cast<double>(inside) >= 0.95 * static_cast<double>(profile.count);
  };
  const double side = normal_side(schema.rows, schema.cols) + 2.0;
  const double x = schema.cols / 2.0 + 0.5, y = schema.rows / 2.0 + 0.5;  // of a pixel's middle
  return schema.channels == 1 && nearly_all(kCentroidX, x - 1.0, x + 1.0) &&
         nearly_all(kCentroidY, y - 1.0, y + 1.0) && nearly_all(kBoxHeight, 0.0, side) &&
         nearly_all(kBoxWidth, 0.0, side);
}

void to_json(Json& json, const Profile& profile) {
  json = Json{{"data", profile.schema},
              {"count", profile.count},
              {"class_counts", profile.class_counts},
              {"features", Json::object()}};
  const auto bins = feature_bins(profile.schema);
  for (std::size_t f = 0; f < kFeatureCount; ++f) {
    const auto& histogram = profile.features[f];
    json["features"][bins[f].name] = Json{
        {"range", {0.0, bins[f].high}}, {"mean", histogram.mean}, {"counts", histogram.counts}};
  }
}

Profile parse_profile(const Json& document, const Schema& schema, const std::string& family) {
  using Counts = std::vector<std::uint64_t>;
  const auto require = [&](bool holds, const std::string& what) {
    if (!holds) throw_malformed(family, fmt::format("profile: {}", what));
  };
  Profile profile;
  profile.schema = json_at<Schema>(document, "/data", family);
  require(profile.schema == schema, "of another schema than the model's");
  profile.count = json_at<std::size_t>(document, "/count", family);
  profile.class_counts = json_at<Counts>(document, "/class_counts", family);
  require(profile.class_counts.size() == schema.class_names.size(), "of other classes");
  require(profile.count > 0 && sum_of(profile.class_counts) == profile.count,
          "class counts that do not add up");
  const auto bins = feature_bins(schema);
  for (std::size_t f = 0; f < kFeatureCount; ++f) {
    const auto at = fmt::format("/features/{}/", bins[f].name);
    auto& histogram = profile.features[f];
    histogram.mean = json_at<double>(document, at + "mean", family);
    histogram.counts = json_at<Counts>(document, at + "counts", family);
    require(histogram.counts.size() == bins[f].bins &&
                json_at<std::vector<double>>(document, at + "range", family) ==
                    std::vector<double>{0.0, bins[f].high},
            fmt::format("{} has other bins", bins[f].name));
    require(sum_of(histogram.counts) == profile.count,
            fmt::format("{} has counts that do not add up", bins[f].name));
  }
  return profile;
}

}  // namespace digits
