#include "metrics/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace digits {

namespace {

void require_paired(std::size_t labels, std::size_t baseline, std::size_t candidate) {
  if (labels == baseline && labels == candidate) return;
  throw Error("data.count_mismatch",
              fmt::format("{} labels, {} and {} predictions, expected as many of each", labels,
                          baseline, candidate),
              "compare models on the same set");
}

Change change(std::string name, const PairedCounts& counts) {
  return {std::move(name), paired_difference(counts), counts, mcnemar_p(counts), false};
}

bool judge(Change& change) {
  change.worse = change.difference.value < 0.0 && change.p < kRegressionAlpha / 2.0;
  return change.worse;
}

}  // namespace

double mcnemar_p(const PairedCounts& counts) {
  const auto discordant = counts.lost + counts.gained;
  if (discordant == 0) return 1.0;
  const boost::math::binomial even(static_cast<double>(discordant), 0.5);
  const auto fewer = static_cast<double>(std::min(counts.lost, counts.gained));
  return std::min(1.0, 2.0 * boost::math::cdf(even, fewer));
}

Quantity paired_difference(const PairedCounts& counts) {
  if (counts.n == 0) return {0.0, -1.0, 1.0, 0};
  constexpr double z = 1.959963984540054;  // 97.5 % point of the normal distribution
  const auto n = static_cast<double>(counts.n);
  const double net = static_cast<double>(counts.gained) - static_cast<double>(counts.lost);
  // Adds half a sample to each of the four cells: two in all, one of them discordant.
  const auto discordant = static_cast<double>(counts.gained + counts.lost) + 1.0;
  const double centre = net / (n + 2.0);
  const double half = z * std::sqrt(discordant - net * net / (n + 2.0)) / (n + 2.0);
  return {net / n, std::max(-1.0, centre - half), std::min(1.0, centre + half), counts.n};
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double largest = 0.0;  // adjusted values do not decrease as p grows
  for (std::size_t rank = 0; rank < p.size(); ++rank) {
    largest = std::max(largest, p[order[rank]] * static_cast<double>(p.size() - rank));
    adjusted[order[rank]] = std::min(1.0, largest);
  }
  return adjusted;
}

Comparison compare_predictions(const std::vector<std::uint8_t>& labels,
                               const std::vector<std::uint8_t>& baseline,
                               const std::vector<std::uint8_t>& candidate,
                               const std::vector<std::string>& class_names) {
  require_paired(labels.size(), baseline.size(), candidate.size());
  PairedCounts all;
  std::vector<PairedCounts> of_class(class_names.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool was = baseline[i] == labels[i];
    const bool is = candidate[i] == labels[i];
    for (auto* counts : {&all, &of_class.at(labels[i])}) {
      ++counts->n;
      counts->lost += was && !is ? 1 : 0;
      counts->gained += is && !was ? 1 : 0;
    }
  }
  Comparison comparison;
  comparison.accuracy = change("accuracy", all);
  std::vector<double> p;
  for (std::size_t k = 0; k < class_names.size(); ++k) {
    comparison.recalls.push_back(change(class_names[k], of_class[k]));
    p.push_back(comparison.recalls.back().p);
  }
  const auto adjusted = holm(p);
  comparison.worse = judge(comparison.accuracy);
  for (std::size_t k = 0; k < class_names.size(); ++k) {
    comparison.recalls[k].p = adjusted[k];
    comparison.worse = judge(comparison.recalls[k]) || comparison.worse;
  }
  return comparison;
}

void to_json(Json& json, const Change& change) {
  json = Json{{"name", change.name},
              {"difference", change.difference},
              {"lost", change.counts.lost},
              {"gained", change.counts.gained},
              {"p", change.p},
              {"worse", change.worse}};
}

void to_json(Json& json, const Comparison& comparison) {
  json = Json{{"worse", comparison.worse},
              {"accuracy", comparison.accuracy},
              {"recalls", comparison.recalls}};
}

}  // namespace digits
