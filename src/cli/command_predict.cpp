#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "cli/options.h"
#include "cli/output.h"
#include "data/idx.h"
#include "data/image_file.h"
#include "data/load.h"
#include "model/device.h"
#include "model/package.h"
#include "pipeline/stages.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

// Images, with what their predictions are printed beside.
struct Inputs {
  std::vector<Json> origins;         // {"path": ..., and "index" or "box": ...}
  std::vector<std::uint8_t> images;  // [origins.size(), rows, cols, channels]
};

// "path", or "path[2]" when there are several images in it.
std::string name_of(const Json& origin) {
  const auto path = origin.at("path").get<std::string>();
  const auto index = origin.find("index");
  return index == origin.end() ? path : fmt::format("{}[{}]", path, index->get<std::size_t>());
}

// An IDX file by its name: MNIST's files have no suffix but -ubyte or .gz.
bool looks_like_idx(const fs::path& path) {
  return path.extension() == ".gz" || path.extension() == ".idx" ||
         path.filename().string().find("-ubyte") != std::string::npos;
}

void append_idx(Inputs& inputs, const fs::path& path, const Schema& schema) {
  const auto array = as_bytes(read_idx(path), path.string());
  std::vector<std::uint32_t> expected{array.dims[0], static_cast<std::uint32_t>(schema.rows),
                                      static_cast<std::uint32_t>(schema.cols)};
  if (schema.channels != 1) expected.push_back(static_cast<std::uint32_t>(schema.channels));
  if (array.dims != expected) {
    throw Error("data.schema_mismatch",
                fmt::format("{}: dimensions {}, expected images of {}x{}x{}", path.string(),
                            fmt::join(array.dims, "x"), schema.rows, schema.cols, schema.channels),
                "the package was trained on images of that size");
  }
  for (std::uint32_t i = 0; i < array.dims[0]; ++i) {
    inputs.origins.push_back({{"path", path.string()}, {"index", i}});
  }
  inputs.images.insert(inputs.images.end(), array.values.begin(), array.values.end());
}

void append_file(Inputs& inputs, const fs::path& path, const Schema& schema) {
  if (looks_like_idx(path)) return append_idx(inputs, path, schema);
  const auto samples = read_image(path, schema);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto& [box, image] = samples[i];
    inputs.origins.push_back({{"path", path.string()}});
    if (samples.size() > 1) inputs.origins.back()["index"] = i;  // from the left
    inputs.origins.back()["box"] = {box.x, box.y, box.width, box.height};
    inputs.images.insert(inputs.images.end(), image.begin(), image.end());
  }
}

// The files behind a word: a folder stands for the images in it, sorted, or for its IDX test set.
std::vector<fs::path> expand(const std::string& word) {
  if (kind_of(word) != PathKind::kFolder) return {word};
  const auto idx = part_names(Part::kTest).images;
  auto files = list_folder(word);
  files.erase(std::remove_if(files.begin(), files.end(),
                             [&](const fs::path& path) {
                               return !is_image_name(path) && path.filename() != idx &&
                                      path.filename() != idx + ".gz";
                             }),
              files.end());
  if (!files.empty()) return files;
  throw Error("input.missing",
              fmt::format("{}: no images in it, expected PNG, JPEG or {}", word, idx),
              "name files, or a folder that has some");
}

// Runs `read`; an expected failure of one input is reported and remembered, and the others go on.
template <typename Read>
void reporting(int& status, const Read& read) {
  try {
    read();
  } catch (const Error& error) {
    if (error.code() == "interrupted") throw;
    std::fputs((one_line(error) + "\n").c_str(), stderr);
    status = exit_status(error.code());
  }
}

Inputs read_inputs(const std::vector<std::string>& words, const Schema& schema, int& status) {
  Inputs inputs;
  for (const auto& word : words) {
    reporting(status, [&] {
      for (const auto& path : expand(word)) {
        throw_if_interrupted("reading");
        reporting(status, [&] { append_file(inputs, path, schema); });
      }
    });
  }
  return inputs;
}

void print_predictions(const Inputs& inputs, const std::vector<float>& logits, const Schema& schema,
                       bool json) {
  const auto classes = schema.class_names.size();
  const auto labels = argmax_rows(logits, classes);
  const auto probabilities = softmax_rows(logits, classes);
  if (!json && !labels.empty()) fmt::print("{:<8} {:>11}  {}\n", "label", "probability", "input");
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = probabilities.begin() + static_cast<std::ptrdiff_t>(i * classes);
    const auto& name = schema.class_names[labels[i]];
    if (json) {
      const std::vector<double> all(row, row + static_cast<std::ptrdiff_t>(classes));
      auto line = inputs.origins[i];
      line["label"] = name;
      line["probabilities"] = all;
      print_json(line);
    } else {
      fmt::print("{:<8} {:>11.4f}  {}\n", name, row[labels[i]], name_of(inputs.origins[i]));
    }
  }
}

}  // namespace

int command_predict(const Arguments& arguments) {
  CommandOptions options("predict",
                         "Classifies images with a package: PNG and JPEG files of up to 50 "
                         "megapixels, folders of them, or IDX files. A photo may show several "
                         "digits in a line, which are read from left to right. An input that "
                         "cannot be read is reported and left out, and the exit status is 3.",
                         "INPUT...");
  options.text("model", "folder of the package", "DIR");
  options.add_machine();
  options.flag("json", "print one JSON object per line instead of the table");
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  const auto words = parsed->words("image files, folders or IDX files");
  if (!parsed->has("model")) {
    throw Error("usage.option", "no --model given, expected the folder of a package",
                "digits predict --model RUN/package INPUT...");
  }

  const auto config = resolve(config_from(*parsed, Config()));
  const auto package = Package::load(parsed->text("model"), choose_device(config.device));
  int status = kDone;
  const auto inputs = read_inputs(words, package.schema(), status);
  const auto logits = package.logits(inputs.images.data(), inputs.origins.size());
  print_predictions(inputs, logits, package.schema(), parsed->has("json"));
  return status;
}

}  // namespace digits
