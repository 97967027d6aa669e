// Runs `digits drift`: compares a set with a package's training profile.
#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "base/log.h"
#include "cli/options.h"
#include "cli/output.h"
#include "inference/package.h"
#include "model/device.h"
#include "pipeline/stages.h"

namespace digits {

namespace {

void print_tests(const std::vector<DriftTest>& tests) {
  const auto mean = [](double value) {
    return std::isnan(value) ? std::string("-") : fmt::format("{:.4f}", value);
  };
  const char* row = "{:<14} {:>9} {:>9} {:>10} {:>9} {:>7} {:>6}  {}\n";
  fmt::print(fmt::runtime(row), "feature", "reference", "observed", "statistic", "p", "effect",
             "bound", "verdict");
  for (const auto& test : tests) {
    fmt::print(fmt::runtime(row), test.feature, mean(test.reference), mean(test.observed),
               fmt::format("{:.4g}", test.statistic), fmt::format("{:.2g}", test.p),
               fmt::format("{:.3f}", test.effect), fmt::format("{:.2f}", test.bound),
               test.drifted ? "drifted" : "ok");
  }
}

// The test part of the set that --data names; synthetic digits in the package's schema.
Dataset acquire_like(const Package& package, Config config) {
  config.data.synthetic_rows = package.schema().rows;
  config.data.synthetic_cols = package.schema().cols;
  config.data.classes = package.schema().classes();
  return acquire_test(config, package.schema().class_names);
}

}  // namespace

int command_drift(const Arguments& arguments) {
  CommandOptions options("drift",
                         "Compares the test part of a set with the training set's profile in a "
                         "package: eight features of the images, and the classes that the model "
                         "predicts (labels are not used). Exits with 4 when one drifted.");
  options.add_model();
  options.add_set();
  options.add_machine();
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  const auto folder = package_of(*parsed);
  if (!parsed->has("data")) {
    throw Error("usage.option", "no --data given, expected a folder",
                "digits drift --model RUN --data DIR");
  }

  const auto config = resolve(config_from(*parsed, Config()));
  const auto package = Package::load(folder, choose_device(config.device));
  auto set = acquire_like(package, config);
  const auto count = set.size();
  const auto tests = drift_stage(package, std::move(set), config);
  constexpr std::size_t kFew = 200;  // docs/performance.md
  if (count < kFew) {
    log_warning(fmt::format("{} images: with fewer than {}, a change of the classes may be missed",
                            count, kFew));
  }
  if (parsed->has("json")) {
    print_json(with_schema(kDriftSchema, Json{{"data", config.data.source},
                                              {"count", count},
                                              {"reference_count", package.profile().count},
                                              {"tests", tests}}));
  } else {
    print_pairs({{"data", fmt::format("{}, {} images", config.data.source, count)},
                 {"reference", fmt::format("{} training images", package.profile().count)}});
    print_tests(tests);
  }
  require_no_drift(tests, count);
  return kDone;
}

}  // namespace digits
