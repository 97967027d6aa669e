// Runs `digits drift`: compares a set, or a saved profile, with a package's training profile.
#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "base/printable.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_request.h"
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
               fmt::format("{:.3f}", test.effect), fmt::format("{:.2f}", kDriftBound),
               test.drifted ? "drifted" : "ok");
  }
}

struct Observed {
  std::string source;
  std::size_t count = 0;
  std::vector<DriftTest> tests;
};

// The test part of the set that --data names; synthetic digits in the package's schema.
Observed observe_set(const Package& package, Config config) {
  config.data.synthetic_rows = package.schema().rows;
  config.data.synthetic_cols = package.schema().cols;
  config.data.classes = package.schema().classes();
  auto set = acquire_test(config, package.schema().class_names);
  const auto count = set.size();
  return {config.data.source, count, drift_stage(package, std::move(set), config)};
}

// A profile.json: of another package, or of the inputs of `digits serve`.
Observed observe_profile(const Package& package, const std::string& file) {
  const auto document = parse_json(read_file(file), file, "data");
  const auto schema = json_at<std::string>(document, "/schema", "data");
  if (schema != kProfileSchema) {
    throw Error("data.malformed",
                fmt::format("{}: schema {}, expected {}", file, printable(schema), kProfileSchema),
                "a package has a profile.json; so has GET /v2/models/NAME/profile of a server");
  }
  const auto observed = parse_profile(document, package.schema(), "data");
  return {file, observed.count, compare(package.profile(), observed)};
}

}  // namespace

int command_drift(const Arguments& arguments) {
  CommandOptions options("drift",
                         "Compares the test part of a set, or a saved profile, with the training "
                         "set's profile in a package: eight features of the images, and the "
                         "classes that the model predicts (labels are not used). Exits with 4 when "
                         "one drifted.");
  options.add_model();
  options.add_set();
  options.text("profile",
               "a profile.json in place of --data: of a package, or of a server's inputs", "FILE");
  options.add_machine();
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  const auto folder = package_of(*parsed);
  if (parsed->has("data") == parsed->has("profile")) {
    throw Error("usage.option", "expected one of --data and --profile",
                "digits drift --model RUN --data DIR");
  }

  const auto config = resolve(config_from(*parsed, Config()));
  const auto package = Package::load(folder, choose_device(config.device));
  const auto [source, count, tests] = parsed->has("profile")
                                          ? observe_profile(package, parsed->text("profile"))
                                          : observe_set(package, config);
  constexpr std::size_t kFew = 200;  // docs/performance.md
  if (count < kFew) {
    log_warning(fmt::format("{} images: with fewer than {}, a change of the classes may be missed",
                            count, kFew));
  }
  if (parsed->has("json")) {
    print_json(with_schema(kDriftSchema, Json{{"data", source},
                                              {"count", count},
                                              {"reference_count", package.profile().count},
                                              {"tests", tests}}));
  } else {
    print_pairs({{"data", fmt::format("{}, {} images", source, count)},
                 {"reference", fmt::format("{} training images", package.profile().count)}});
    print_tests(tests);
  }
  require_no_drift(tests, count);
  return kDone;
}

}  // namespace digits
