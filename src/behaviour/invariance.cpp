#include "behaviour/invariance.h"

#include <algorithm>
#include <cmath>

#include "data/profile.h"

namespace digits {

namespace {

constexpr double kSide = 28.0;  // pixels of the shorter side for which distances are given

std::vector<Perturbation> shifts_by(double pixels) {
  std::vector<Perturbation> all;
  for (const double dy : {-pixels, 0.0, pixels}) {
    for (const double dx : {-pixels, 0.0, pixels}) {
      if (dx != 0.0 || dy != 0.0) all.push_back(moved({0.0, 1.0, 0.0, dx, dy}));
    }
  }
  return all;
}

Dataset with_strokes_from(double thickness, const Dataset& set) {
  std::vector<std::uint32_t> kept;
  for (std::uint32_t i = 0; i < set.size(); ++i) {
    if (image_features(set.image(i), set.schema)[kThickness] >= thickness) kept.push_back(i);
  }
  return subset(set, kept);
}

}  // namespace

std::vector<Invariance> invariances(const Schema& schema) {
  const double pixel = std::min(schema.rows, schema.cols) / kSide;
  const int strokes = static_cast<int>(std::lround(pixel));
  std::vector<Invariance> all{{"shift_1", shifts_by(pixel)},
                              {"shift_2", shifts_by(2.0 * pixel)},
                              {"rotation", {moved({-10.0}), moved({10.0})}},
                              {"scale", {moved({0.0, 0.9}), moved({0.0, 1.1})}},
                              {"brightness", {toned(1.0, -0.1), toned(1.0, 0.1)}},
                              {"contrast", {toned(0.7, 0.0), toned(1.3, 0.0)}}};
  if (strokes > 0) {
    all.push_back({"thicker", {thickened(strokes)}});
    all.push_back({"thinner", {thinned(strokes)}, 2.0 * strokes});
  }
  return all;
}

Quantity flips(const Classifier& classify, const Dataset& answered,
               const std::vector<Perturbation>& variants, int threads) {
  std::vector<bool> flipped(answered.size(), false);
  for (const auto& variant : variants) {
    const auto after = ask(classify, perturbed(answered, variant, 0, threads)).labels;
    for (std::size_t i = 0; i < after.size(); ++i) {
      flipped[i] = flipped[i] || after.at(i) != answered.labels[i];
    }
  }
  const auto count = std::count(flipped.begin(), flipped.end(), true);
  return proportion(static_cast<std::size_t>(count), flipped.size());
}

std::vector<Measurement> measure_invariance(const Classifier& classify, const Dataset& set,
                                            int threads) {
  auto answered = set;
  answered.labels = ask(classify, set).labels;
  std::vector<Measurement> all;
  for (const auto& [name, variants, least_thickness] : invariances(set.schema)) {
    const auto images =
        least_thickness > 0.0 ? with_strokes_from(least_thickness, answered) : answered;
    all.push_back({"invariance/" + name, flips(classify, images, variants, threads)});
  }
  return all;
}

}  // namespace digits
