#include "synthetic/specimens.h"

#include <algorithm>

#include "synthetic/synthetic.h"

namespace digits {

namespace {

void append(Dataset& set, const cv::Mat1b& image, int label) {
  set.images.insert(set.images.end(), image.begin(), image.end());
  set.labels.push_back(static_cast<std::uint8_t>(label));
}

// A neat hand: a pen of medium width and a low tremor, so that each digit is clear.
Factors draw_neat_factors(int digit, int style, Rng& rng) {
  auto factors = draw_factors(digit, rng);
  factors.style = style;
  factors.thickness = std::clamp(factors.thickness, 0.07, 0.14);
  factors.aspect = std::clamp(factors.aspect, 0.6, 1.0);
  factors.warp *= 0.5;
  factors.jitter *= 0.5;
  return factors;
}

}  // namespace

bool can_draw(const Schema& schema) {
  constexpr int kMinSide = 16;  // below this, a stroke is hardly wider than a pixel
  return schema.channels == 1 && std::min(schema.rows, schema.cols) >= kMinSide &&
         schema.classes() <= 10 && schema.class_names == numbered_class_names(schema.classes());
}

Dataset canonical_digits(const Schema& schema) {
  Dataset set;
  set.schema = schema;
  for (int digit = 0; digit < schema.classes(); ++digit) {
    for (const double thickness : {0.07, 0.11, 0.16}) {
      for (const double slant : {-0.1, 0.1, 0.3}) {
        Factors factors;  // style 0 is the most common
        factors.slant = slant;
        factors.aspect = 0.75;
        factors.thickness = thickness;
        factors.softness = 0.4;
        factors.ink = 1.2;
        Rng rng(0, Stream::kPerturb);  // not used: the factors decide all
        append(set, draw_digit(digit, factors, schema.rows, schema.cols, rng), digit);
      }
    }
  }
  return set;
}

const std::vector<Erasure>& erasures() {
  static const std::vector<Erasure> all{
      {8, 1, {{0, 0, 3}, {1, 0, 3}}, 3},  // two rings: the left sides of both
      {8, 1, {{0, 3, 6}}, 6},             // the right of the upper ring
      {8, 1, {{1, 0, 3}}, 9},             // the left of the lower ring
      {9, 0, {{1, 0, 2}}, 0},             // straight: the tail
      {7, 0, {{0, 0, 2}}, 1},             // plain: the bar
      {2, 5, {{2, 0, 2}}, 7},             // zed: the base
  };
  return all;
}

ErasedPairs erased_pairs(const Erasure& erasure, const Schema& schema, std::size_t count,
                         std::uint64_t seed) {
  ErasedPairs pairs;
  pairs.whole.schema = pairs.erased.schema = schema;
  for (std::size_t i = 0; i < count; ++i) {
    Rng rng(seed, Stream::kPerturb, i);
    const auto factors = draw_neat_factors(erasure.digit, erasure.style, rng);
    auto same = rng;
    append(pairs.whole, draw_digit(erasure.digit, factors, schema.rows, schema.cols, rng),
           erasure.digit);
    append(pairs.erased,
           draw_digit(erasure.digit, factors, schema.rows, schema.cols, same, erasure.lifted),
           erasure.becomes);
  }
  return pairs;
}

}  // namespace digits
