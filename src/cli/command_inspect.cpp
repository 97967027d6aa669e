// Runs `digits inspect`: validates and describes a set.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_request.h"
#include "data/contact_sheet.h"
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

// Writes to the requested file; on stdout as JSON, or with `print_table`.
template <typename Print>
void deliver(const ParsedOptions& parsed, const Json& content, const Print& print_table) {
  const auto document = with_schema(kDataSchema, content);
  if (parsed.has("out")) write_json(parsed.text("out"), document);
  if (parsed.has("json")) {
    print_json(document);
  } else {
    print_table();
  }
}

// Returns the sets; delivers an error that prevents them as the one finding, then throws it.
Sets acquire_or_deliver(const ParsedOptions& parsed, const Config& config) {
  try {
    return acquire(config);
  } catch (const Error& error) {
    if (exit_status(error.code()) != kBadData) throw;
    const std::vector<Finding> findings{
        {error.code(), Severity::kError, error.what(), error.hint()}};
    deliver(parsed, Json{{"source", config.data.source}, {"findings", findings}},
            [&] { print_findings(findings); });
    throw;
  }
}

}  // namespace

int command_inspect(const Arguments& arguments) {
  CommandOptions options("inspect",
                         "Validates and describes a set, synthetic or a folder of IDX files or "
                         "class folders. Exits with 3 when it finds an error.");
  options.add_config();
  options.text("out", "also write the findings to this file (data.json)", "FILE");
  options.text("sheet",
               "also draw a contact sheet of originals and of versions augmented by the preset "
               "or configuration",
               "FILE.png");
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;

  const auto config = resolve(config_from(*parsed, preset_config(kDefaultPreset)));
  const auto sets = acquire_or_deliver(*parsed, config);
  const auto report = validate_sets(sets, config);
  deliver(*parsed, report.json, [&] { print_report(sets, report); });
  if (parsed->has("sheet")) {
    write_contact_sheet(parsed->text("sheet"), sets.train, config.augment,
                        static_cast<std::uint64_t>(config.seed));
  }
  require_acceptable(report.findings, severity_of(config.data.fail_on), config.data.source);
  return kDone;
}

}  // namespace digits
