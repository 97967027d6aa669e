#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/resumable_file.h"
#include "base/rng.h"
#include "base/sha256.h"
#include "cli/options.h"
#include "cli/output.h"
#include "data/image_inputs.h"
#include "data/predictions.h"
#include "metrics/classification.h"
#include "model/device.h"
#include "model/package.h"
#include "pipeline/stages.h"
#include "pipeline/version.h"

namespace digits {

namespace {

// How predictions are written.
struct Form {
  std::string header;
  std::string (*lines)(const std::vector<Prediction>& predictions, const ClassNames& names);
  bool with_errors;  // a line for each input that could not be read, too
};

// What a chunk of the inputs came to.
struct Answer {
  std::string text;
  Json note;           // for Totals
  double share = 0.0;  // of all inputs, so far
};

// What all chunks so far came to. A note is what one adds to it.
struct Totals {
  static constexpr std::size_t kListed = 100;

  InputPosition position;  // of what is next
  std::size_t images = 0;
  std::size_t abstained = 0;
  std::size_t failed = 0;             // inputs
  std::vector<std::string> failures;  // a line for each of the first
  std::size_t noted = 0;              // files
  std::vector<std::string> notes;     // the same for what was left out of them

  void add(const Json& note) {
    position = {note.at("file").get<std::size_t>(), note.at("record").get<std::size_t>()};
    images += note.at("images").get<std::size_t>();
    abstained += note.at("abstained").get<std::size_t>();
    for (const auto& failure : note.at("failures")) {
      if (++failed <= kListed) failures.push_back(failure.get<std::string>());
    }
    for (const auto& line : note.at("notes")) {
      if (++noted <= kListed) notes.push_back(line.get<std::string>());
    }
  }
};

Json note_of(const InputPosition& end, std::size_t images, std::size_t abstained,
             const Json& failures, const Json& notes) {
  return {{"file", end.file},       {"record", end.record}, {"images", images},
          {"abstained", abstained}, {"failures", failures}, {"notes", notes}};
}

struct Job {
  const Package& package;
  double min_confidence;
  Form form;
  int threads;
  bool one;  // digit in each picture
};

// Called on several threads; the answer does not depend on how many there are.
Answer answer(const PendingChunk& pending, const Job& job) {
  set_threads(1);  // inside an operation: the chunks are the parallel part
  const auto chunk = pending.read();
  const auto& names = job.package.schema().class_names;
  auto failures = Json::array();
  for (const auto& input : chunk.inputs) {
    if (input.error) failures.push_back(one_line(*input.error));
  }
  const auto images = chunk.inputs.size() - failures.size();
  const auto logits = job.package.logits(chunk.images.data(), images);
  auto predictions =
      make_predictions(chunk, softmax_rows(logits, names.size()), names.size(), job.min_confidence);
  std::size_t abstained = 0;
  for (const auto& prediction : predictions) abstained += prediction.abstained ? 1 : 0;
  if (!job.form.with_errors) {
    const auto failed = [](const Prediction& prediction) { return !prediction.error.empty(); };
    predictions.erase(std::remove_if(predictions.begin(), predictions.end(), failed),
                      predictions.end());
  }
  return {job.form.lines(predictions, names),
          note_of(pending.end, images, abstained, failures, chunk.notes), pending.share};
}

// Hands the answers to `consume` in the order of the inputs.
template <typename Consume>
void predict_all(ImageInputs& inputs, const Job& job, const Consume& consume) {
  parallel_in_order(
      job.threads,
      [&] {
        throw_if_interrupted("prediction");
        return inputs.next();
      },
      [&](const PendingChunk& pending) { return answer(pending, job); }, consume);
}

Totals predict_to_stdout(ImageInputs& inputs, const Job& job) {
  Totals totals;
  bool begun = false;
  predict_all(inputs, job, [&](const Answer& chunk) {
    totals.add(chunk.note);
    if (!begun && !chunk.text.empty()) fmt::print("{}", job.form.header);
    begun = begun || !chunk.text.empty();
    fmt::print("{}", chunk.text);
  });
  return totals;
}

// What the package makes of noise on this machine, to the bit: another build or processor may round
// otherwise, and a file should not be made of both.
std::string logits_hash(const Package& package) {
  constexpr std::size_t kImages = 16;
  std::vector<std::uint8_t> noise(kImages * package.schema().image_bytes());
  Rng rng(0, Stream::kPerturb);
  for (auto& byte : noise) byte = static_cast<std::uint8_t>(rng.below(256));
  set_threads(1);
  const auto logits = package.logits(noise.data(), kImages);
  return sha256({reinterpret_cast<const char*>(logits.data()), logits.size() * sizeof(float)});
}

// The build, which decides how a picture is decoded, framed and scaled: the logits above are of
// noise that never was a picture.
Json program() {
  const auto all = versions();
  return {
      {"digits", all.at("digits")}, {"revision", all.at("revision")}, {"opencv", all.at("opencv")}};
}

// Whatever decides about the content of the file.
Json identity_of(const ImageInputs& inputs, const Job& job) {
  return {{"package", sha256(to_text(job.package.manifest(), -1))},
          {"logits", logits_hash(job.package)},
          {"program", program()},
          {"inputs", inputs.identity()},
          {"min_confidence", job.min_confidence},
          {"one", job.one}};
}

// Goes on behind what is in the file.
Totals fill(ResumableFile& file, Totals totals, ImageInputs& inputs, const Job& job) {
  inputs.seek(totals.position);
  Progress progress("predict");
  predict_all(inputs, job, [&](const Answer& chunk) {
    file.append(chunk.text, chunk.note);
    totals.add(chunk.note);
    constexpr double kSteps = 1e6;
    progress.update(static_cast<std::size_t>(std::lround(kSteps * chunk.share)),
                    static_cast<std::size_t>(kSteps), fmt::format("{} images", totals.images));
  });
  file.publish();
  return totals;
}

// The same error; when there is a way on from it, its hint is the command that goes it.
Error with_way_on(const Error& error, const Arguments& arguments, bool resumed) {
  if (error.code() != "interrupted" && exit_status(error.code()) != kInternalError) return error;
  Arguments words{"digits", "predict"};
  if (!resumed) words.emplace_back("--resume");
  words.insert(words.end(), arguments.begin(), arguments.end());
  return {error.code(), error.what(), "go on with: " + shell_words(words)};
}

Totals predict_to_file(ImageInputs& inputs, const Job& job, const ParsedOptions& parsed,
                       const Arguments& arguments) {
  const auto identity = identity_of(inputs, job);
  const std::filesystem::path path = parsed.text("out");
  const bool resume = parsed.has("resume");
  Totals totals;
  const auto replay = [&](const Json& note) { totals.add(note); };
  auto file = resume ? ResumableFile(path, identity, replay) : ResumableFile(path, identity);
  try {
    if (file.size() == 0)
      file.append(job.form.header, note_of({}, 0, 0, Json::array(), Json::array()));
    return fill(file, std::move(totals), inputs, job);
  } catch (const Error& error) {
    throw with_way_on(error, arguments, resume);
  }
}

Form form_of(const ParsedOptions& parsed, const ClassNames& names) {
  if (!parsed.has("out")) {
    return parsed.has("json") ? Form{"", json_lines, false}
                              : Form{table_header(), table_lines, false};
  }
  const std::filesystem::path out = parsed.text("out");
  if (out.extension() == ".csv") return {csv_header(names), csv_lines, true};
  return {"", json_lines, true};
}

void check_options(const ParsedOptions& parsed) {
  const char* hint = "digits predict --model RUN [--out FILE.csv] INPUT...";
  if (parsed.has("resume") && !parsed.has("out")) {
    throw Error("usage.option", "--resume given, expected --out too", hint);
  }
  if (!parsed.has("out")) return;
  const std::filesystem::path out = parsed.text("out");
  if (out.extension() == ".csv" || out.extension() == ".jsonl") return;
  throw Error("usage.option",
              fmt::format("--out \"{}\", expected a name in .csv or .jsonl", out.string()), hint);
}

void report_failures(const Totals& totals) {
  std::string text;
  for (const auto& note : totals.notes) text += "digits: " + note + "\n";
  if (totals.noted > totals.notes.size()) {
    text += fmt::format("digits: {} files have such notes\n", totals.noted);
  }
  std::fputs(text.c_str(), stderr);
  if (totals.failed == 0) return;
  text.clear();
  for (const auto& failure : totals.failures) text += failure + "\n";
  if (totals.failed > totals.failures.size()) text += "...\n";
  std::fputs((text + fmt::format("digits: {} inputs could not be read\n", totals.failed)).c_str(),
             stderr);
}

void print_summary(const Totals& totals, const std::string& out, double seconds, bool json) {
  if (json) {
    print_json(Json{{"out", out},
                    {"images", totals.images},
                    {"abstained", totals.abstained},
                    {"unreadable", totals.failed},
                    {"seconds", seconds},
                    {"peak_memory_bytes", peak_memory_bytes()}});
  } else {
    print_pairs({{"images", std::to_string(totals.images)},
                 {"abstained", std::to_string(totals.abstained)},
                 {"unreadable", std::to_string(totals.failed)},
                 {"seconds", fmt::format("{:.2f}", seconds)},
                 {"peak memory", mebibytes(peak_memory_bytes())},
                 {"file", out}});
  }
}

CommandOptions predict_options() {
  CommandOptions options(
      "predict",
      "Classifies images with a package: PNG and JPEG files of up to 50 "
      "megapixels, folders of them, or IDX files. A photo may show rows of "
      "digits, which are read from the top, each from left to right. An input that "
      "cannot be read is left out and named at the end, and the exit status "
      "is 3.",
      "INPUT...");
  options.add_model();
  options.add_engine();
  options.text("out", "write the predictions to this file, .csv or .jsonl; must be new", "FILE");
  options.flag("resume", "go on with --out's file where it was stopped, as if it had not been");
  options.flag("one", "read each picture as one digit, however many pieces it has");
  options.text("min-confidence", "abstain where the best probability is below", "P");
  options.add_machine();
  options.flag("json",
               "print one JSON object per line instead of the table; with --out, one in all");
  return options;
}

}  // namespace

int command_predict(const Arguments& arguments) {
  const auto start = std::chrono::steady_clock::now();
  auto options = predict_options();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  const auto words = parsed->words("image files, folders or IDX files");
  check_options(*parsed);
  const double min_confidence =
      parsed->has("min-confidence") ? parsed->share("min-confidence") : 0.0;

  const auto config = resolve(config_from(*parsed, Config()));
  const auto package =
      Package::load(package_of(*parsed), choose_device(config.device), parsed->text("engine"));
  const bool one = parsed->has("one");
  ImageInputs inputs(words, package.schema(),
                     {one ? Shows::kOne : Shows::kAnyNumber, in_normal_form(package.profile())});
  const Job job{package, min_confidence, form_of(*parsed, package.schema().class_names),
                static_cast<int>(config.threads), one};
  const auto totals = parsed->has("out") ? predict_to_file(inputs, job, *parsed, arguments)
                                         : predict_to_stdout(inputs, job);
  report_failures(totals);
  if (parsed->has("out")) {
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    print_summary(totals, parsed->text("out"), seconds.count(), parsed->has("json"));
  }
  return totals.failed > 0 ? kBadData : kDone;
}

}  // namespace digits
