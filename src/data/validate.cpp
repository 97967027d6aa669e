#include "data/validate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string_view>
#include <unordered_map>

#include "base/statistics.h"
#include "data/similar.h"

namespace digits {

namespace {

constexpr double kTolerableShare = 0.01;  // of a set's samples, before a warning becomes an error
constexpr double kRareShare = 0.1;        // of a class's even share of the samples
// In robust standard deviations from the median of the mean intensities: one of MNIST's 70,000
// images lies beyond.
constexpr double kOutlier = 6.0;
constexpr std::size_t kFirst = 8;  // indices or classes that a finding quotes

std::string_view image_text(const Dataset& set, std::size_t i) {
  return {reinterpret_cast<const char*>(set.image(i)), set.schema.image_bytes()};
}

// The indices for which `defect` holds, in order.
std::vector<std::size_t> indices_where(const Dataset& set,
                                       const std::function<bool(std::size_t)>& defect) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (defect(i)) indices.push_back(i);
  }
  return indices;
}

// A few such images deserve a warning; more mean a broken conversion.
Severity by_share(std::size_t count, std::size_t n) {
  const bool too_many = static_cast<double>(count) > kTolerableShare * static_cast<double>(n);
  return too_many ? Severity::kError : Severity::kWarning;
}

// Appends a finding about `indices`, unless there are none.
void report(std::vector<Finding>& findings, const char* code, Severity severity, const Dataset& set,
            const std::string& what, const std::vector<std::size_t>& indices, const char* hint) {
  if (indices.empty()) return;
  const auto shown = static_cast<std::ptrdiff_t>(std::min(kFirst, indices.size()));
  findings.push_back({code,
                      severity,
                      fmt::format("{} of {} images {}", indices.size(), set.size(), what),
                      hint,
                      {indices.begin(), indices.begin() + shown}});
}

void check_classes(std::vector<Finding>& findings, const Dataset& set) {
  const auto counts = class_counts(set);
  const double even_share = static_cast<double>(set.size()) / static_cast<double>(counts.size());
  std::vector<std::string> missing;
  std::vector<std::string> rare;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const auto& name = set.schema.class_names[k];
    if (counts[k] == 0) {
      missing.push_back(name);
    } else if (static_cast<double>(counts[k]) < kRareShare * even_share) {
      rare.push_back(fmt::format("{} ({})", name, counts[k]));
    }
  }
  const auto add = [&](const char* code, Severity severity, const auto& names, const char* seen,
                       const char* hint) {
    if (names.empty()) return;
    const std::vector<std::string> shown(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kFirst, names.size())));
    findings.push_back(
        {code, severity,
         fmt::format("{} of {} classes {}, expected about {:.0f} samples each: {}{}", names.size(),
                     counts.size(), seen, even_share, fmt::join(shown, ", "),
                     shown.size() < names.size() ? ", ..." : ""),
         hint});
  };
  if (counts.size() < 2) {
    findings.push_back({"data.one_class", Severity::kError,
                        fmt::format("{} class, expected at least 2", counts.size()),
                        "add images of a second class"});
  }
  add("data.missing_class", Severity::kError, missing, "have no sample",
      "add images of these classes, or remove the classes");
  add("data.rare_class", Severity::kWarning, rare, "are rare", "add images of these classes");
}

// Whether the first and last row are bright on average: paper is 0, so ink would touch the border.
bool bright_border(const Dataset& set, std::size_t i) {
  const auto row_bytes = set.schema.image_bytes() / static_cast<std::size_t>(set.schema.rows);
  const auto* top = set.image(i);
  const auto* bottom = top + set.schema.image_bytes() - row_bytes;
  std::size_t sum = 0;
  for (std::size_t b = 0; b < row_bytes; ++b) sum += std::size_t{top[b]} + bottom[b];
  return sum > 2 * row_bytes * 127;
}

bool is_constant(const Dataset& set, std::size_t i) {
  const auto text = image_text(set, i);
  return std::all_of(text.begin(), text.end(), [&](char c) { return c == text.front(); });
}

std::vector<double> mean_intensities(const Dataset& set) {
  std::vector<double> means;
  means.reserve(set.size());
  for (std::size_t i = 0; i < set.size(); ++i) {
    std::uint64_t sum = 0;
    for (const char c : image_text(set, i)) sum += static_cast<std::uint8_t>(c);
    means.push_back(static_cast<double>(sum) / static_cast<double>(set.schema.image_bytes()));
  }
  return means;
}

// Distance from the median mean intensity in units of the median absolute deviation: outliers do
// not influence either. The factor 1.4826 makes it a standard deviation for normal means; below one
// grey level nothing is reported.
void check_intensity(std::vector<Finding>& findings, const Dataset& set) {
  const auto means = mean_intensities(set);
  const double centre = spread(means).median;
  std::vector<double> deviations;
  deviations.reserve(means.size());
  for (const double mean : means) deviations.push_back(std::abs(mean - centre));
  const double scale = std::max(1.0, 1.4826 * spread(deviations).median);
  const auto outliers = indices_where(
      set, [&](std::size_t i) { return deviations[i] > kOutlier * scale && !is_constant(set, i); });
  report(findings, "data.intensity_outlier", Severity::kWarning, set,
         fmt::format("have a mean intensity far from the median, expected {:.0f} to {:.0f}",
                     std::max(0.0, centre - kOutlier * scale),
                     std::min(255.0, centre + kOutlier * scale)),
         outliers, "look at these images");
}

constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

// For each image of `set` the index of the first equal image of `among`, or kNowhere.
std::vector<std::size_t> first_equal(const Dataset& set, const Dataset& among) {
  std::unordered_map<std::string_view, std::size_t> first;
  first.reserve(among.size());
  for (std::size_t i = 0; i < among.size(); ++i) first.emplace(image_text(among, i), i);
  std::vector<std::size_t> result(set.size(), kNowhere);
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto found = first.find(image_text(set, i));
    if (found != first.end()) result[i] = found->second;
  }
  return result;
}

void report_near(std::vector<Finding>& findings, const char* code, const Dataset& set,
                 const NearMatches& near, const char* match_name) {
  std::vector<std::size_t> indices;
  for (const auto& match : near.matches) indices.push_back(match.image);
  if (!indices.empty()) {
    report(findings, code, Severity::kWarning, set,
           fmt::format("nearly equal {}, as {} does {}: expected to differ by more than {} of 255 "
                       "(root mean square)",
                       match_name, near.matches[0].image, near.matches[0].other,
                       NearOptions().max_rms),
           indices, "remove the copies");
  }
  if (near.incomplete_searches > 0) {
    findings.push_back(
        {"data.look_alikes", Severity::kWarning,
         fmt::format("{} of {} images were not compared with all that resemble them, expected "
                     "fewer similar images: some that nearly equal {} may be missing here",
                     near.incomplete_searches, set.size(), match_name),
         "remove images that resemble others"});
  }
}

}  // namespace

std::vector<Finding> validate(const Dataset& set, int threads) {
  std::vector<Finding> findings;
  check_classes(findings, set);

  const auto constant = indices_where(set, [&](std::size_t i) { return is_constant(set, i); });
  report(findings, "data.constant_image", by_share(constant.size(), set.size()), set,
         "have a single value, expected ink on paper", constant, "remove the blank images");

  const auto bright = indices_where(set, [&](std::size_t i) { return bright_border(set, i); });
  if (2 * bright.size() > set.size()) {
    const bool grey = set.schema.channels == 1;
    report(findings, "data.inverted", grey ? Severity::kError : Severity::kNote, set,
           "have a bright border, expected background 0 and ink 255", bright,
           grey ? "the images look dark on light: add --invert"
                : "if these are digits on paper, add --size 28x28 to cut them out in grey");
  }
  check_intensity(findings, set);

  const auto first = first_equal(set, set);
  report(findings, "data.duplicate", Severity::kWarning, set,
         "equal an earlier one, expected each image once",
         indices_where(set, [&](std::size_t i) { return first[i] != i; }), "remove the copies");
  const auto conflicts =
      indices_where(set, [&](std::size_t i) { return set.labels[first[i]] != set.labels[i]; });
  report(findings, "data.label_conflict", by_share(conflicts.size(), set.size()), set,
         "equal an earlier one under another label, expected one label per image", conflicts,
         "correct the labels");

  NearOptions options;
  options.threads = threads;
  const auto distinct = indices_where(set, [&](std::size_t i) { return first[i] == i; });
  report_near(findings, "data.near_duplicate", set, near_duplicates({set, distinct}, options),
              "an earlier one");
  return findings;
}

std::vector<Finding> validate_leakage(const Dataset& train, const Dataset& test, int threads) {
  std::vector<Finding> findings;
  const auto known = first_equal(test, train);
  const auto leaked = indices_where(test, [&](std::size_t i) { return known[i] != kNowhere; });
  report(findings, "data.leakage", by_share(leaked.size(), test.size()), test,
         "are in the training set too, expected none", leaked,
         "remove them from one of the two parts");
  const auto conflicts = indices_where(test, [&](std::size_t i) {
    return known[i] != kNowhere && train.labels[known[i]] != test.labels[i];
  });
  report(findings, "data.label_conflict", by_share(conflicts.size(), test.size()), test,
         "are in the training set under another label, expected one label per image", conflicts,
         "correct the labels");

  NearOptions options;
  options.threads = threads;
  const auto fresh = indices_where(test, [&](std::size_t i) { return known[i] == kNowhere; });
  const auto first = first_equal(train, train);
  const auto distinct = indices_where(train, [&](std::size_t i) { return first[i] == i; });
  report_near(findings, "data.near_leakage", test,
              near_leakage({test, fresh}, {train, distinct}, options), "a training image");
  return findings;
}

}  // namespace digits
