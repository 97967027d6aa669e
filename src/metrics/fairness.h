// Measures whether a model performs worse on some slices of the samples.
//
// A factor (stroke thickness) divides samples into slices (thin, medium, thick). The definitions
// were made for two classes; here each class counts against the rest, and the worst class decides.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"

namespace digits {

struct Slice {
  std::string name;
  std::vector<std::uint32_t> samples;  // indices
};

// Slices of one factor. No sample is in two of them; some may be in none.
struct SliceGroup {
  std::string factor;
  std::vector<Slice> slices;
};

// A slice per class: its accuracy is the class's recall.
SliceGroup class_slices(const std::vector<std::uint8_t>& labels,
                        const std::vector<std::string>& class_names);

// Lowest, middle and highest third of each class by `values` [n]. Thirds are taken within each
// class, so that every slice has nearly the same mix of classes and the slices differ in the factor
// alone. Equal values stay together in the lower slice; slices without samples are left out.
SliceGroup thirds(const std::string& factor, const std::array<std::string, 3>& names,
                  const std::vector<double>& values, const std::vector<std::uint8_t>& labels);

struct SliceAccuracy {
  std::string name;
  Quantity accuracy;  // Wilson; n samples
};

// The class with the largest difference between slices.
struct ClassGap {
  std::string class_name;
  Quantity value;
};

// The intervals are those of the two most different slices, not corrected for their selection: they
// are biased upwards, the more so the more and smaller the slices.
struct GroupFairness {
  std::string factor;
  std::vector<SliceAccuracy> slices;
  std::size_t worst = 0;  // index of the lowest accuracy
  // Parity: best accuracy minus worst accuracy.
  Quantity gap;
  // Equalised odds: the largest difference between slices in true-positive or false-positive rate
  // of any class. Hardt, Price, Srebro, "Equality of opportunity in supervised learning", NeurIPS
  // 2016; worst case over classes as in Fairlearn. None when no class is in two slices.
  std::optional<ClassGap> equalised_odds;
  // Disparate impact: the smallest ratio between slices of the share predicted as a class, over
  // classes that have samples; 1 is even, below 0.8 is the usual alarm. Feldman et al., "Certifying
  // and removing disparate impact", KDD 2015. It is meaningful only for slices with the same mix of
  // classes. None as above.
  std::optional<ClassGap> disparate_impact;
};

struct Fairness {
  std::vector<GroupFairness> groups;
  std::string worst_factor;  // of the slice with the lowest accuracy of all, the first on a tie
  std::string worst_slice;
};

// Labels and predictions [n]. Slices without samples have n = 0 and are left out of comparisons.
Fairness assess_fairness(const std::vector<std::uint8_t>& labels,
                         const std::vector<std::uint8_t>& predictions,
                         const std::vector<std::string>& class_names,
                         const std::vector<SliceGroup>& groups);

void to_json(Json& json, const Fairness& fairness);

}  // namespace digits
