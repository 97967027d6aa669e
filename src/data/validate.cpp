#include "data/validate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_set>

#include "base/error.h"

namespace digits {

namespace {

constexpr double kTolerableShare = 0.01;  // of a set's samples, before a warning becomes an error
constexpr double kRareShare = 0.1;        // of a class's even share of the samples
constexpr std::size_t kFirst = 8;         // indices or classes that a finding quotes

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

bool too_many(std::size_t count, std::size_t n) {
  return static_cast<double>(count) > kTolerableShare * static_cast<double>(n);
}

// Appends a finding about `indices`, unless there are none.
void report(std::vector<Finding>& findings, const char* code, Severity severity, const Dataset& set,
            const char* what, const std::vector<std::size_t>& indices) {
  if (indices.empty()) return;
  const auto shown = std::min(kFirst, indices.size());
  findings.push_back({code,
                      severity,
                      fmt::format("{} of {} images {}", indices.size(), set.size(), what),
                      {indices.begin(), indices.begin() + static_cast<std::ptrdiff_t>(shown)}});
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
  const auto add = [&](const char* code, Severity severity, const auto& names, const char* seen) {
    if (names.empty()) return;
    const std::vector<std::string> shown(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(kFirst, names.size())));
    findings.push_back(
        {code,
         severity,
         fmt::format("{} of {} classes {}, expected about {:.0f} samples each: {}{}", names.size(),
                     counts.size(), seen, even_share, fmt::join(shown, ", "),
                     shown.size() < names.size() ? ", ..." : ""),
         {}});
  };
  if (counts.size() < 2) {
    findings.push_back({"data.one_class",
                        Severity::kError,
                        fmt::format("{} class, expected at least 2", counts.size()),
                        {}});
  }
  add("data.missing_class", Severity::kError, missing, "have no sample");
  add("data.rare_class", Severity::kWarning, rare, "are rare");
}

// Whether the first and last row are bright on average: ink is bright, paper is 0.
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

}  // namespace

std::vector<Finding> validate(const Dataset& set) {
  std::vector<Finding> findings;
  check_classes(findings, set);

  const auto constant = indices_where(set, [&](std::size_t i) { return is_constant(set, i); });
  report(findings, "data.constant_image",
         too_many(constant.size(), set.size()) ? Severity::kError : Severity::kWarning, set,
         "have one single value, expected ink on paper", constant);

  const auto bright = indices_where(set, [&](std::size_t i) { return bright_border(set, i); });
  if (set.schema.channels == 1 && 2 * bright.size() > set.size()) {
    report(findings, "data.inverted", Severity::kError, set,
           "have a bright border, expected background 0 and ink 255", bright);
  }

  std::unordered_set<std::string_view> seen;
  const auto copies =
      indices_where(set, [&](std::size_t i) { return !seen.insert(image_text(set, i)).second; });
  report(findings, "data.duplicate", Severity::kWarning, set,
         "equal an earlier one, expected each image once", copies);
  return findings;
}

std::vector<Finding> validate_leakage(const Dataset& train, const Dataset& test) {
  std::unordered_set<std::string_view> known;
  for (std::size_t i = 0; i < train.size(); ++i) known.insert(image_text(train, i));
  const auto leaked =
      indices_where(test, [&](std::size_t i) { return known.count(image_text(test, i)) > 0; });
  std::vector<Finding> findings;
  report(findings, "data.leakage",
         too_many(leaked.size(), test.size()) ? Severity::kError : Severity::kWarning, test,
         "are in the training set too, expected none", leaked);
  return findings;
}

void require_no_errors(const std::vector<Finding>& findings, const std::string& name) {
  for (const auto& finding : findings) {
    if (finding.severity != Severity::kError) continue;
    throw Error(finding.code, fmt::format("{}: {}", name, finding.message),
                "`digits inspect` lists everything that is wrong with the set");
  }
}

void to_json(Json& json, const Finding& finding) {
  json = Json{{"code", finding.code},
              {"severity", finding.severity == Severity::kError ? "error" : "warning"},
              {"message", finding.message},
              {"first", finding.first}};
}

}  // namespace digits
