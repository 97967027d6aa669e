#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "cli/options.h"
#include "cli/output.h"
#include "pipeline/stages.h"

namespace digits {

namespace {

void print_report(const Sets& sets, const DataReport& report) {
  const auto& schema = sets.train.schema;
  print_pairs({{"images", fmt::format("{} x {} pixels, {} channel(s)", schema.rows, schema.cols,
                                      schema.channels)},
               {"classes", fmt::format("{}", fmt::join(schema.class_names, " "))},
               {"train", fmt::format("{} images: {}", sets.train.size(),
                                     fmt::join(class_counts(sets.train), " "))},
               {"test", fmt::format("{} images: {}", sets.test.size(),
                                    fmt::join(class_counts(sets.test), " "))},
               {"validation", fmt::format("{:.2f} s", report.seconds)}});
  print_findings(report.findings);
}

}  // namespace

int command_inspect(const Arguments& arguments) {
  CommandOptions options("inspect",
                         "Validates and describes a set, synthetic or a folder of IDX files. Exits "
                         "with 3 when it finds an error.");
  options.add_config();
  options.text("out", "also write the findings to this file (data.json)", "FILE");
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;

  const auto config = resolve(config_from(*parsed, preset_config("fast")));
  const auto sets = acquire(config);
  const auto report = validate_sets(sets, config);
  const auto document = with_schema(kDataSchema, report.json);
  if (parsed->has("out")) write_json(parsed->text("out"), document);
  if (parsed->has("json")) {
    print_json(document);
  } else {
    print_report(sets, report);
  }
  require_no_errors(report.findings, config.data.source);
  return kDone;
}

}  // namespace digits
