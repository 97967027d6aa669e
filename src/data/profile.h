// Describes a set of images by nine histograms: the reference for data drift (drift.h). Bin edges
// come from the schema alone, so two profiles of one schema can always be compared.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/dataset.h"

namespace digits {

constexpr const char* kProfileSchema = "digits.profile/1";

// One number per image and feature. Colour is the mean of the channels; ink is a pixel of at least
// 128; lengths are in pixels from the frame's top left corner.
enum Feature : std::size_t {
  kMeanIntensity,  // [0, 1]
  kInkFraction,    // [0, 1], share of the pixels that are ink
  kBoxHeight,      // of the smallest box around the ink; a blank image has 0
  kBoxWidth,
  kAspect,     // box width / height; 0 without ink
  kCentroidX,  // centre of mass of all intensity; the middle of the frame when all is 0
  kCentroidY,
  kThickness,  // of the strokes: 2 * area / perimeter; 0 when all is 0
  kFeatureCount,
};
using ImageFeatures = std::array<double, kFeatureCount>;

// The features of `image` [rows, cols, channels]. A stroke of width w and length l has thickness w
// l / (w + l), about w: area is the sum of intensities, perimeter the sum of the absolute
// differences between neighbours, with paper around the frame. By the coarea formula (Fleming and
// Rishel, "An integral formula for total gradient variation", 1960) this is the perimeter averaged
// over all ink thresholds, so soft edges need no choice of a threshold; diagonals count sqrt(2)
// times too much, for every set alike.
ImageFeatures image_features(const std::uint8_t* image, const Schema& schema);

// The distribution of an image's ink around its centre of mass, by central moments of the
// intensity; all 0 for a blank image. Not part of the profile.
struct Shape {
  double slant = 0.0;   // horizontal shift per vertical pixel, to the right at the top, as
                        // Factors::slant: the regression of x on y; 0 for ink in a single row
  double radius = 0.0;  // of gyration, pixels: the root mean square distance from the centre
};
Shape image_shape(const std::uint8_t* image, const Schema& schema);

// A feature's histogram: `bins` equal bins over [0, high]; larger values count in the last bin.
// Whole numbers up to 127 have a bin each.
struct FeatureBins {
  const char* name;
  double high;
  std::size_t bins;
};
std::array<FeatureBins, kFeatureCount> feature_bins(const Schema& schema);

struct Histogram {
  double mean = 0.0;  // of the values, not of the bins
  std::vector<std::uint64_t> counts;
};

struct Profile {
  Schema schema;
  std::size_t count = 0;
  std::array<Histogram, kFeatureCount> features;  // all of `count` values
  std::vector<std::uint64_t> class_counts;        // one per class, in label order
};

// The profile of a set; it does not depend on `threads`. Throws data.empty for no images.
Profile make_profile(const Dataset& set, int threads);

// Whether the images are in normal form (data/normal_form.h), as estimated from a profile: almost
// all are centred by mass, and almost none is larger. False for colour images.
bool in_normal_form(const Profile& profile);

// profile.json without its schema key, and back. The reader throws FAMILY.malformed unless the
// document has the bins of `schema` and consistent counts.
void to_json(Json& json, const Profile& profile);
Profile parse_profile(const Json& document, const Schema& schema, const std::string& family);

}  // namespace digits
