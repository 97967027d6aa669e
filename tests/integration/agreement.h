// The same 1,000 images through each runtime that reads a package: the same answers, and logits
// that differ only by the order of summation.
#pragma once

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <functional>

#include "base/files.h"
#include "base/json.h"
#include "inference/choose_engine.h"
#include "integration/tiny_run.h"
#include "model/checkpoint.h"
#include "model/safetensors.h"
#include "model/tensors.h"
#include "model/torchscript.h"
#include "support/models.h"
#include "support/program.h"
#include "synthetic/synthetic.h"

namespace digits {

namespace fs = std::filesystem;

constexpr int64_t kImages = 1000;
// The order of float32 sums changes some 1e-6 of the largest term. Logits are about 10.
constexpr double kTolerance = 1e-4;
// Where the best two logits differ by less than this, both answers are acceptable. Such images are
// omitted.
constexpr double kTie = 1e-3;

struct ExportedModel {
  std::string name;  // of its files too
  std::string torchscript;
  std::string weights;  // safetensors
  at::Tensor images;    // [kImages, channels, rows, cols]
  at::Tensor logits;    // [kImages, classes], of the eager network
  Schema schema;
  Architecture architecture;
  fs::path package{};  // that holds the files; empty for a random network
};

// Synthetic digits, in colour with noise. Some more than needed.
inline Dataset candidates(const Schema& schema) {
  constexpr std::size_t kCount = kImages + 100;
  if (schema.channels > 1) {
    return random_dataset(kCount, schema.rows, schema.cols, schema.channels, schema.classes());
  }
  SyntheticOptions options;
  options.count = kCount;
  options.rows = schema.rows;
  options.cols = schema.cols;
  options.seed = test_seed();
  return synthesise(options);
}

inline at::Tensor logits_of_all(Network& network, const Dataset& set) {
  const at::NoGradGuard no_grad;
  network->eval();
  return network->forward(image_tensor(set.images.data(), set.size(), set.schema, at::kCPU));
}

// `torchscript` is the network's.
inline ExportedModel make_subject(const std::string& name, Network network, const Schema& schema,
                                  const std::string& torchscript) {
  const auto set = candidates(schema);
  const auto logits = logits_of_all(network, set);
  const auto best = std::get<0>(logits.topk(2, /*dim=*/1));
  const auto lead = best.select(1, 0) - best.select(1, 1);
  const auto clear = (lead > kTie).nonzero().flatten().slice(0, 0, kImages);
  const auto images = image_tensor(set.images.data(), set.size(), set.schema, at::kCPU);
  return {name,
          torchscript,
          format_safetensors(network_tensors(network)),
          images.index_select(0, clear).contiguous(),
          logits.index_select(0, clear),
          schema,
          network->options().architecture};
}

inline ExportedModel random_subject(const std::string& name, const Schema& schema,
                                    const Architecture& architecture) {
  auto network = random_network(schema, architecture, test_seed());
  return make_subject(name, network, schema, export_torchscript(network));
}

inline std::vector<ExportedModel> make_subjects() {
  const auto schema = [](int rows, int cols, int channels) {
    return Schema{rows, cols, channels, numbered_class_names(10)};
  };
  std::vector<ExportedModel> subjects{
      random_subject("default", schema(28, 28, 1), {}),
      random_subject("no-patches", schema(20, 20, 1), {0, 1, {{8}, {16}}}),
      random_subject("cropped-and-deep", schema(28, 28, 1), {4, 2, {{8, 8}, {12, 12, 12}, {16}}}),
      random_subject("colour-and-odd-sizes", schema(19, 26, 3), {1, 3, {{12}, {12, 16}}})};
  // Adds the files of a package.
  const auto package = tiny_run().package();
  const auto trained = load_checkpoint(tiny_run().path() / "checkpoint" / "best.safetensors");
  subjects.push_back(make_subject("trained", trained.network, trained.info.schema,
                                  read_file(package / "model.pt")));
  subjects.back().weights = read_file(package / "model.safetensors");
  subjects.back().package = package;
  return subjects;
}

class Agreement : public testing::Test {
 protected:
  static const std::vector<ExportedModel>& subjects() {
    static const auto all = make_subjects();
    return all;
  }

  // Compares the logits of `forward` with the eager network, for every subject.
  static void compare(const std::string& runtime,
                      const std::function<at::Tensor(const ExportedModel&)>& forward) {
    for (const auto& subject : subjects()) {
      const auto logits = forward(subject);
      ASSERT_EQ(logits.sizes(), subject.logits.sizes()) << runtime << ", " << subject.name;
      ASSERT_EQ(logits.size(0), kImages) << subject.name;
      const auto difference = (logits - subject.logits).abs().max().item<double>();
      const auto same = logits.argmax(1).eq(subject.logits.argmax(1)).sum().item<int64_t>();
      table_ += fmt::format("{:<22} {:<22} {:>12.2g} {:>6} of {}\n", runtime, subject.name,
                            difference, same, kImages);
      EXPECT_LE(difference, kTolerance) << runtime << ", " << subject.name;
      EXPECT_EQ(same, kImages) << runtime << ", " << subject.name;
    }
  }

  // The same for a runtime in another program. `argv` is run with a folder as its third word.
  // The folder holds the files of all subjects and those of `write`, and receives the logits as
  // NAME.SUFFIX.
  static void compare_program(
      const std::string& runtime, std::vector<std::string> argv, const std::string& suffix,
      const std::function<void(const ExportedModel&, const fs::path&)>& write = {}) {
    const TemporaryDirectory folder;
    write_subjects(folder.path());
    if (write) {
      for (const auto& subject : subjects()) write(subject, folder.path());
    }
    argv.insert(argv.begin() + 2, folder.path().string());
    const auto result = run_process(argv);
    ASSERT_EQ(result.status, 0) << result.err;
    compare(runtime, [&](const ExportedModel& subject) {
      const auto bytes = read_file(folder / (subject.name + "." + suffix));
      auto logits = at::empty_like(subject.logits);
      EXPECT_EQ(bytes.size(), logits.nbytes()) << subject.name;
      std::memcpy(logits.data_ptr(), bytes.data(), std::min(bytes.size(), logits.nbytes()));
      return logits;
    });
  }

  static void TearDownTestSuite() {
    fmt::print("{:<22} {:<22} {:>12} {:>14}\n{}", "runtime, on 1000 images", "network",
               "largest diff", "same answer", table_);
  }

 private:
  static void write_subjects(const fs::path& folder) {
    auto list = Json::array();
    for (const auto& subject : subjects()) {
      const auto path = [&](const char* suffix) { return folder / (subject.name + suffix); };
      list.push_back({{"name", subject.name}, {"shape", subject.images.sizes().vec()}});
      write_file(path(".pt"), subject.torchscript, Durability::kUnsynced);
      write_file(path(".safetensors"), subject.weights, Durability::kUnsynced);
      const auto* pixels = static_cast<const char*>(subject.images.data_ptr());
      write_file(path(".images"), {pixels, subject.images.nbytes()}, Durability::kUnsynced);
    }
    write_file(folder / "subjects.json", list.dump());
  }

  inline static std::string table_;
};

inline at::Tensor forward_by(const std::string& engine, const ExportedModel& subject) {
  const at::NoGradGuard no_grad;
  const ModelSource source{subject.torchscript, subject.weights, subject.schema,
                           subject.architecture};
  return make_engine(engine, source, at::kCPU)->forward(subject.images);
}

}  // namespace digits
