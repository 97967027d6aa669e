#include "cli/run_request.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/printable.h"
#include "base/registry.h"
#include "pipeline/run_directory.h"
#include "pipeline/training_log.h"
#include "repository/model_folder.h"

namespace digits {

Config config_from(const ParsedOptions& parsed, const Config& base) {
  Config config = parsed.has("preset") ? preset_config(parsed.text("preset")) : base;
  if (parsed.has("config")) config = load_config(parsed.text("config"), config);
  if (parsed.has("data")) config.data.source = parsed.text("data");
  if (parsed.has("no-digit-checks")) config.evaluate.digit_tests = false;
  if (parsed.has("gates")) config.gates_file = parsed.text("gates");
  if (parsed.has("first-label")) config.data.first_label = parsed.number("first-label");
  if (parsed.has("invert")) config.data.invert = parsed.on("invert");
  if (parsed.has("transpose")) config.data.transpose = parsed.on("transpose");
  if (parsed.has("size")) config.data.size = parsed.text("size");
  if (parsed.has("data-date")) config.data.date = parsed.text("data-date");
  if (parsed.has("private")) config.data.is_private = true;
  if (parsed.has("fail-on")) config.data.fail_on = parsed.text("fail-on");
  if (parsed.has("device")) config.device = parsed.text("device");
  if (parsed.has("seed")) config.seed = parsed.number("seed");
  if (parsed.has("threads")) config.threads = parsed.number("threads");
  if (parsed.has("epochs")) {
    config.train.epochs = parsed.number("epochs");
    config.train.min_steps = 0;
  }
  if (parsed.has("batch-size")) {
    config.train.batch_size = parsed.number("batch-size");
    config.train.max_batch_share = 1.0;
  }
  check_values(config, "options");
  return config;
}

std::filesystem::path package_of(const ParsedOptions& parsed) {
  if (!parsed.has("model")) {
    throw Error("usage.option", "no --model given, expected a run or the folder of a package",
                "name one: --model runs/NAME");
  }
  const std::filesystem::path path = parsed.text("model");
  if (!RunDirectory::exists(path)) return package_folder(path);
  auto package = RunDirectory::open(path).package();
  if (kind_of(package) == PathKind::kFolder) return package;
  throw Error("package.missing", fmt::format("{}: a run without a package", path.string()),
              fmt::format("digits check {} says whether a gate failed; or resume the run",
                          shell_word(path.string())));
}

RunRequest run_request(const ParsedOptions& parsed) {
  RunRequest request;
  request.options.resume = parsed.has("resume");
  request.options.allow_world_change = parsed.has("allow-world-change");
  for (const auto& log : registered<TrainingLog>()) {
    if (parsed.has(log.option)) request.options.logs.push_back(log.option);
  }
  if (request.options.resume && parsed.has("out")) {
    throw Error("usage.option", "both --out and --resume given, expected one of them",
                "a run continues in its own folder");
  }
  const auto base = request.options.resume ? RunDirectory::open(parsed.text("resume")).read_config()
                                           : preset_config(kDefaultPreset);
  request.config = resolve(config_from(parsed, base));
  if (request.options.resume) {
    request.path = parsed.text("resume");
  } else if (parsed.has("out")) {
    request.path = parsed.text("out");
  } else {
    request.path = RunDirectory::default_path(request.config.seed);
  }
  return request;
}

Error resumable(const Error& error, const RunRequest& request) {
  if (error.code() != "interrupted" || !RunDirectory::exists(request.path)) return error;
  auto hint =
      fmt::format("continue with: digits {} --resume {}",
                  request.options.train_only ? "train" : "run", shell_word(request.path.string()));
  for (const auto& log : request.options.logs) hint += " --" + log;
  return {error.code(), error.what(), hint};
}

FinishedRun run_pipeline(const RunRequest& request) {
  try {
    return run_pipeline(request.config, request.path, request.options);
  } catch (const Error& error) {
    throw resumable(error, request);
  }
}

}  // namespace digits
