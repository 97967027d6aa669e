#include "metrics/fairness.h"

#include <algorithm>

#include "metrics/classification.h"

namespace digits {

namespace {

// One rate, such as a class's recall, per slice; n = 0: unknown.
using Rates = std::vector<Quantity>;

// Among equal rates, the less certain one counts as worse: two large slices must not hide a small
// slice with a wide interval.
constexpr double kRounding = 1e-12;  // of interval ends that differ by rounding alone
bool larger(const Quantity& a, const Quantity& b) {
  return a.value != b.value ? a.value > b.value : a.high > b.high + kRounding;
}
bool smaller(const Quantity& a, const Quantity& b) {
  return a.value != b.value ? a.value < b.value : a.low < b.low - kRounding;
}

// Calls compare(high, low) for each pair of known rates, the lower one last.
template <typename Compare>
void for_each_pair(const Rates& rates, const Compare& compare) {
  for (const auto& high : rates) {
    for (const auto& low : rates) {
      if (&high != &low && high.n > 0 && low.n > 0 && high.value >= low.value) compare(high, low);
    }
  }
}

// The largest difference, at least zero; unknown with fewer than two known rates.
Quantity gap_of(const Rates& rates) {
  Quantity widest{0.0, 0.0, 1.0, 0};
  for_each_pair(rates, [&](const Quantity& high, const Quantity& low) {
    auto gap = difference(high, low);
    gap.low = std::max(0.0, gap.low);
    if (widest.n == 0 || larger(gap, widest)) widest = gap;
  });
  return widest;
}

// The smallest ratio, at most one; nothing where all rates are zero.
std::optional<Quantity> impact_of(const Rates& rates) {
  std::optional<Quantity> smallest;
  for_each_pair(rates, [&](const Quantity& high, const Quantity& low) {
    if (high.value <= 0.0) return;
    auto impact = ratio(low, high);
    impact.high = std::min(1.0, impact.high);
    if (!smallest || smaller(impact, *smallest)) smallest = impact;
  });
  return smallest;
}

// The rates of one class against the rest, per slice.
struct ClassRates {
  Rates true_positive;
  Rates false_positive;
  Rates selected;  // share predicted as the class
};

ClassRates rates_of(const std::vector<ConfusionMatrix>& slices, std::size_t k) {
  ClassRates rates;
  for (const auto& confusion : slices) {
    std::size_t all = 0;
    std::size_t actual = 0;
    std::size_t predicted = 0;
    for (std::size_t truth = 0; truth < confusion.size(); ++truth) {
      for (const auto count : confusion[truth]) all += count;
      actual += confusion[k][truth];
      predicted += confusion[truth][k];
    }
    const auto right = confusion[k][k];
    rates.true_positive.push_back(proportion(right, actual));
    rates.false_positive.push_back(proportion(predicted - right, all - actual));
    rates.selected.push_back(proportion(predicted, all));
  }
  return rates;
}

void compare_classes(GroupFairness& group, const std::vector<ConfusionMatrix>& slices,
                     const std::vector<std::string>& class_names) {
  for (std::size_t k = 0; k < class_names.size(); ++k) {
    const auto rates = rates_of(slices, k);
    if (gap_of(rates.true_positive).n == 0) continue;  // the class is in fewer than two slices
    for (const auto* odds : {&rates.true_positive, &rates.false_positive}) {
      const auto gap = gap_of(*odds);
      auto& worst = group.equalised_odds;
      if (gap.n > 0 && (!worst || larger(gap, worst->value))) worst = {class_names[k], gap};
    }
    const auto impact = impact_of(rates.selected);
    auto& worst = group.disparate_impact;
    if (impact && (!worst || smaller(*impact, worst->value))) worst = {class_names[k], *impact};
  }
}

GroupFairness assess_group(const std::vector<std::uint8_t>& labels,
                           const std::vector<std::uint8_t>& predictions,
                           const std::vector<std::string>& class_names, const SliceGroup& group) {
  GroupFairness fairness;
  fairness.factor = group.factor;
  Rates accuracies;
  std::vector<ConfusionMatrix> confusions;
  for (const auto& slice : group.slices) {
    Weights weights(labels.size(), 0);
    std::size_t right = 0;
    for (const auto i : slice.samples) {
      weights.at(i) = 1;
      right += labels[i] == predictions[i] ? 1 : 0;
    }
    accuracies.push_back(proportion(right, slice.samples.size()));
    confusions.push_back(confusion_matrix(labels, predictions, class_names.size(), weights));
    fairness.slices.push_back({slice.name, accuracies.back()});
    const auto& worst = accuracies[fairness.worst];
    if (accuracies.back().n > 0 && (worst.n == 0 || accuracies.back().value < worst.value)) {
      fairness.worst = accuracies.size() - 1;
    }
  }
  fairness.gap = gap_of(accuracies);
  compare_classes(fairness, confusions, class_names);
  return fairness;
}

}  // namespace

SliceGroup class_slices(const std::vector<std::uint8_t>& labels,
                        const std::vector<std::string>& class_names) {
  SliceGroup group{"class", {}};
  for (const auto& name : class_names) group.slices.push_back({name, {}});
  for (std::uint32_t i = 0; i < labels.size(); ++i) {
    group.slices.at(labels[i]).samples.push_back(i);
  }
  return group;
}

SliceGroup thirds(const std::string& factor, const std::array<std::string, 3>& names,
                  const std::vector<double>& values, const std::vector<std::uint8_t>& labels) {
  std::vector<std::vector<double>> of_class(256);
  for (std::size_t i = 0; i < labels.size(); ++i) of_class[labels[i]].push_back(values[i]);
  for (auto& sorted : of_class) std::sort(sorted.begin(), sorted.end());
  SliceGroup group{factor, {{names[0], {}}, {names[1], {}}, {names[2], {}}}};
  for (std::uint32_t i = 0; i < labels.size(); ++i) {
    const auto& sorted = of_class[labels[i]];
    // The rank of the first of equal values applies to all of them.
    const auto rank = std::lower_bound(sorted.begin(), sorted.end(), values[i]) - sorted.begin();
    group.slices[3 * static_cast<std::size_t>(rank) / sorted.size()].samples.push_back(i);
  }
  auto& slices = group.slices;
  slices.erase(std::remove_if(slices.begin(), slices.end(),
                              [](const Slice& slice) { return slice.samples.empty(); }),
               slices.end());
  return group;
}

Fairness assess_fairness(const std::vector<std::uint8_t>& labels,
                         const std::vector<std::uint8_t>& predictions,
                         const std::vector<std::string>& class_names,
                         const std::vector<SliceGroup>& groups) {
  Fairness fairness;
  const SliceAccuracy* worst = nullptr;
  fairness.groups.reserve(groups.size());
  for (const auto& group : groups) {
    fairness.groups.push_back(assess_group(labels, predictions, class_names, group));
    const auto& assessed = fairness.groups.back();
    if (assessed.slices.empty() || assessed.slices[assessed.worst].accuracy.n == 0) continue;
    const auto& candidate = assessed.slices[assessed.worst];
    if (worst != nullptr && candidate.accuracy.value >= worst->accuracy.value) continue;
    worst = &candidate;
    fairness.worst_factor = assessed.factor;
    fairness.worst_slice = candidate.name;
  }
  return fairness;
}

void to_json(Json& json, const Fairness& fairness) {
  json = Json{{"worst", {{"factor", fairness.worst_factor}, {"slice", fairness.worst_slice}}},
              {"factors", Json::array()}};
  for (const auto& group : fairness.groups) {
    auto slices = Json::array();
    for (const auto& slice : group.slices) {
      slices.push_back(Json{{"slice", slice.name}, {"accuracy", slice.accuracy}});
    }
    const auto of_class = [](const std::optional<ClassGap>& gap, const char* name) {
      return gap ? Json{{"class", gap->class_name}, {name, gap->value}} : Json();
    };
    json["factors"].push_back(
        Json{{"factor", group.factor},
             {"slices", slices},
             {"gap", group.gap},
             {"equalised_odds", of_class(group.equalised_odds, "difference")},
             {"disparate_impact", of_class(group.disparate_impact, "ratio")}});
  }
}

}  // namespace digits
