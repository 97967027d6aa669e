// Runs `digits predict`: classifies image files, folders and IDX files with a package.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_request.h"
#include "data/picture_reader.h"
#include "inference/image_inputs.h"
#include "inference/package.h"
#include "inference/predictions.h"
#include "metrics/classification.h"
#include "model/device.h"
#include "pipeline/stages.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

struct OutputFormat {
  std::string header;
  std::string (*line)(const Prediction& prediction, const ClassNames& names);
  bool with_errors;  // also a line for each input that cannot be read
};

struct PredictOptions {
  double min_confidence;
  OutputFormat format;
  int threads;
};

struct PredictedChunk {
  std::string text;
  PredictionSummary summary;
  double share;  // of all chunks: this one and those before
};

// Called on several threads; the result does not depend on their number.
PredictedChunk predict_chunk(const PendingChunk& pending, const Package& package,
                             const PredictOptions& options) {
  set_threads(1);  // inside an operation: chunks run in parallel
  const auto chunk = pending.read();
  const auto& names = package.schema().class_names;
  const auto images = chunk.images.size() / package.schema().image_bytes();
  const auto logits = package.logits(chunk.images.data(), images);
  const auto predictions = make_predictions(chunk, softmax_rows(logits, names.size()), names.size(),
                                            options.min_confidence);
  std::string text;
  for (const auto& prediction : predictions) {
    const bool shown = prediction.error.empty() || options.format.with_errors;
    if (shown) text += options.format.line(prediction, names);
  }
  return {std::move(text), summarise(chunk, predictions), pending.share};
}

// Passes the text of each chunk to `write`, in the order of the inputs.
template <typename Write>
PredictionSummary predict_all(ImageInputs& inputs, const Package& package,
                              const PredictOptions& options, const Write& write) {
  PredictionSummary summary;
  parallel_in_order(
      options.threads,
      [&] {
        throw_if_interrupted("prediction");
        return inputs.next();
      },
      [&](const PendingChunk& pending) { return predict_chunk(pending, package, options); },
      [&](const PredictedChunk& chunk) {
        summary.add(chunk.summary);
        write(chunk, summary);
      });
  return summary;
}

PredictionSummary predict_to_stdout(ImageInputs& inputs, const Package& package,
                                    const PredictOptions& options) {
  bool begun = false;
  return predict_all(inputs, package, options,
                     [&](const PredictedChunk& chunk, const PredictionSummary&) {
                       if (!begun && !chunk.text.empty()) fmt::print("{}", options.format.header);
                       begun = begun || !chunk.text.empty();
                       fmt::print("{}", chunk.text);
                     });
}

PredictionSummary predict_to_file(const fs::path& path, ImageInputs& inputs, const Package& package,
                                  const PredictOptions& options) {
  StagedFile file(path);
  file.append(options.format.header);
  Progress progress("predict");
  const auto write = [&](const PredictedChunk& chunk, const PredictionSummary& so_far) {
    file.append(chunk.text);
    constexpr double kSteps = 1e6;
    progress.update(static_cast<std::size_t>(std::lround(kSteps * chunk.share)),
                    static_cast<std::size_t>(kSteps), fmt::format("{} images", so_far.images));
  };
  try {
    auto summary = predict_all(inputs, package, options, write);
    file.commit();
    return summary;
  } catch (const Error& error) {
    if (error.code() != "interrupted") throw;
    throw Error(error.code(), fmt::format("{}; {} was not written", error.what(), path.string()),
                "with --shard I/N, only the stopped part must be predicted again");
  }
}

// --out, or empty.
fs::path out_path(const ParsedOptions& parsed) {
  if (!parsed.has("out")) return {};
  fs::path out = parsed.text("out");
  if (out.extension() == ".csv" || out.extension() == ".jsonl") return out;
  throw Error("usage.option",
              fmt::format("--out \"{}\", expected a name in .csv or .jsonl", out.string()),
              "digits predict --model RUN [--out FILE.csv] INPUT...");
}

// The parts of a CSV file, concatenated, have one header.
OutputFormat format_of(const fs::path& out, bool json, const ClassNames& names,
                       const Shard& shard) {
  if (out.extension() == ".csv") {
    return {shard.number == 1 ? csv_header(names) : "", csv_line, true};
  }
  if (!out.empty()) return {"", json_line, true};
  if (json) return {"", json_line, false};
  return {table_header(), table_line, false};
}

void print_notes_and_failures(const PredictionSummary& summary) {
  const auto failed = summary.failures.size();
  print_messages(summary.notes);
  print_messages(summary.failures);
  if (failed > 0) print_messages({fmt::format("digits: {} inputs could not be read", failed)});
}

void print_summary(const PredictionSummary& summary, const fs::path& out, double seconds,
                   bool json) {
  if (json) {
    print_json(Json{{"out", out.string()},
                    {"images", summary.images},
                    {"abstained", summary.abstained},
                    {"unreadable", summary.failures.size()},
                    {"seconds", seconds},
                    {"peak_memory_bytes", peak_memory_bytes()}});
  } else {
    print_pairs({{"images", std::to_string(summary.images)},
                 {"abstained", std::to_string(summary.abstained)},
                 {"unreadable", std::to_string(summary.failures.size())},
                 {"seconds", fmt::format("{:.2f}", seconds)},
                 {"peak memory", mebibytes(peak_memory_bytes())},
                 {"file", out.string()}});
  }
}

CommandOptions command_options() {
  CommandOptions options(
      "predict",
      fmt::format("Classifies images with a package: PNG and JPEG files of up to 50 megapixels, "
                  "folders of them, or IDX files. {} After --, each word is an input. An input "
                  "that cannot be read is left out and named at the end; the exit status is 3.",
                  picture_reader().help),
      "INPUT...");
  options.add_model();
  options.add_engine();
  options.text("out",
               "write the predictions to this new file, .csv or .jsonl; it appears when all "
               "predictions are complete",
               "FILE");
  options.text("shard",
               "predict the I-th of N parts of the inputs; the files of all parts, concatenated "
               "in order, equal the file of all inputs",
               "I/N");
  options.flag("one", "read each picture as one digit, with any number of pieces");
  options.text("min-confidence", "abstain if the best probability is below P", "P");
  options.add_machine();
  options.flag("json",
               "print one JSON object per line instead of the table; with --out, one in all");
  return options;
}

}  // namespace

int command_predict(const Arguments& arguments) {
  const auto start = std::chrono::steady_clock::now();
  const auto parsed = command_options().parse(arguments);
  if (!parsed) return kDone;
  const auto words = parsed->words("image files, folders or IDX files");
  const auto out = out_path(*parsed);
  const auto shard = parsed->has("shard") ? parse_shard(parsed->text("shard")) : Shard{};
  const double min_confidence =
      parsed->has("min-confidence") ? parsed->share("min-confidence") : 0.0;

  const auto config = resolve(config_from(*parsed, Config()));
  const auto package =
      Package::load(package_of(*parsed), choose_device(config.device), parsed->text("engine"));
  const ReadOptions reading{parsed->has("one") ? DigitCount::kOne : DigitCount::kAnyNumber,
                            in_normal_form(package.profile())};
  ImageInputs inputs(words, package.schema(), reading, shard);
  const bool json = parsed->has("json");
  const PredictOptions options{min_confidence,
                               format_of(out, json, package.schema().class_names, shard),
                               static_cast<int>(config.threads)};
  const auto summary = out.empty() ? predict_to_stdout(inputs, package, options)
                                   : predict_to_file(out, inputs, package, options);
  print_notes_and_failures(summary);
  if (!out.empty()) {
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    print_summary(summary, out, seconds.count(), json);
  }
  return summary.failures.empty() ? kDone : kBadData;
}

}  // namespace digits
