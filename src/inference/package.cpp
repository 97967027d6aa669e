#include "inference/package.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "inference/choose_engine.h"
#include "inference/version.h"
#include "model/checkpoint.h"
#include "model/device.h"
#include "model/network.h"
#include "model/safetensors.h"
#include "model/tensors.h"
#include "model/torchscript.h"
#include "repository/manifest.h"
#include "repository/model_card.h"
#include "repository/package_files.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kGoldenCount = 16;

std::string golden_file(Network& network, const Dataset& examples) {
  const auto count = std::min(kGoldenCount, examples.size());
  const at::NoGradGuard no_grad;
  network->eval();
  const auto inputs = image_tensor(examples.images.data(), count, examples.schema, at::kCPU);
  return format_safetensors({{"inputs", inputs}, {"logits", network->forward(inputs)}});
}

// The files of a package, without SHA256SUMS.
PackageFiles files_of(Network& network, const PackageInfo& info, const Dataset& examples) {
  const auto manifest = make_manifest({info.name, info.schema, network->options().architecture,
                                       TORCH_VERSION, info.metrics, info.lineage});
  PackageFiles files{{kModelFile, export_torchscript(network)},
                     {kWeightsFile, format_safetensors(network_tensors(network))},
                     {kGoldenFile, golden_file(network, examples)},
                     {kManifestFile, to_text(manifest, 2) + "\n"},
                     {kProfileFile, to_text(with_schema(kProfileSchema, info.profile), 2) + "\n"},
                     {kCardFile, ""}};
  for (const auto& [name, bytes] : info.extras) {
    if (!files.emplace(name, bytes).second) throw std::invalid_argument("a second " + name);
  }
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.first);
  files[kCardFile] = model_card(manifest, names);
  return files;
}

// Inputs and logits that match each other and the schema.
struct Golden {
  at::Tensor inputs;
  at::Tensor logits;
};

Golden parse_golden(const PackageFiles& files, const Schema& schema) {
  auto tensors = parse_safetensors(files.at(kGoldenFile), kGoldenFile, kPackageFamily);
  for (const char* name : {"inputs", "logits"}) tensors.try_emplace(name, at::empty({0}));
  Golden golden{tensors.at("inputs"), tensors.at("logits")};
  const auto n = golden.inputs.dim() > 0 ? golden.inputs.size(0) : 0;
  const std::vector<int64_t> input_sizes{n, schema.channels, schema.rows, schema.cols};
  const std::vector<int64_t> logit_sizes{n, schema.classes()};
  const bool fits =
      n > 0 && golden.inputs.sizes() == input_sizes && golden.logits.sizes() == logit_sizes;
  if (!fits)
    throw_malformed(kPackageFamily, "golden inputs and logits of other sizes than the schema's");
  return golden;
}

// The bytes [n, rows, cols, channels] from which the inputs [n, channels, rows, cols] were made.
std::vector<std::uint8_t> bytes_of(const at::Tensor& inputs) {
  const auto bytes = inputs.permute({0, 2, 3, 1}).mul(255.0).round().to(at::kByte).contiguous();
  return {bytes.data_ptr<std::uint8_t>(), bytes.data_ptr<std::uint8_t>() + bytes.numel()};
}

// Returns the largest difference.
double require_logits(const std::string& name, const at::Tensor& logits, const at::Tensor& expected,
                      double tolerance) {
  const bool same_size = logits.numel() == expected.numel();
  const double difference =
      same_size ? (logits.view_as(expected) - expected).abs().max().item<double>() : INFINITY;
  if (difference <= tolerance) return difference;  // NaN does not pass
  throw Error("package.golden",
              fmt::format("{}: golden logits differ by {:.2g}, expected at most {:.2g}", name,
                          difference, tolerance),
              "this engine or device computes other logits: do not serve with it; --engine names "
              "another one");
}

// Checks forward() on floats and logits() on bytes, in batches of 1 and 33. Returns the largest
// difference.
double require_golden(const InferenceEngine& engine, const Golden& golden,
                      double float32_tolerance) {
  const c10::InferenceMode inference;
  const bool exact = engine.precision() == Precision::kFloat32;
  const double tolerance = exact ? float32_tolerance : kBfloat16Tolerance;
  double largest =
      require_logits(engine.name(), engine.forward(golden.inputs), golden.logits, tolerance);
  for (const std::int64_t n : {1, 33}) {
    const auto which = at::arange(n).remainder(golden.inputs.size(0));
    const auto images = bytes_of(golden.inputs.index_select(0, which));
    const auto logits = at::tensor(engine.logits(images.data(), static_cast<std::size_t>(n)));
    const auto expected = golden.logits.index_select(0, which);
    largest = std::max(largest, require_logits(engine.name(), logits, expected, tolerance));
  }
  return largest;
}

// Checks that the weights alone give the golden logits.
void require_golden_weights(const ModelSource& source, const Golden& golden, double tolerance) {
  const c10::InferenceMode inference;
  auto network = network_of(source);
  network->eval();
  require_logits(kWeightsFile, network->forward(golden.inputs), golden.logits, tolerance);
}

// Says which libraries have changed since the package was written, after its golden logits were
// computed with the present ones.
void announce_changes(const Json& manifest, double difference) {
  const Json::json_pointer place("/lineage/versions");
  if (!manifest.contains(place)) return;
  const auto changes = changed_versions(manifest.at(place));
  if (changes.empty()) return;
  log_info(
      fmt::format("package.other_versions: written with {}: the golden logits hold, with a "
                  "largest difference of {:.2g}",
                  fmt::join(changes, "; "), difference));
}

// An engine of extras/ is a second definition of the network. If it does not give the golden logits
// although the weights do, it is outdated, and "auto" continues without it.
std::optional<Error> check_for_auto(const InferenceEngine& engine, const ModelSource& source,
                                    const Golden& golden, double tolerance) {
  if (auto fault = check_engine(engine)) return fault;
  if (engine.source().empty()) return std::nullopt;
  try {
    require_golden(engine, golden, tolerance);
  } catch (const Error& error) {
    require_golden_weights(source, golden, tolerance);
    return Error(
        "engine.outdated",
        fmt::format("{}: {} does not compute Network::forward", error.what(), engine.source()),
        fmt::format("edit {}", engine.source()));
  }
  return std::nullopt;
}

}  // namespace

Package Package::load(const fs::path& folder, c10::Device device, const std::string& engine_name) {
  make_deterministic();
  const auto files = read_verified(folder);
  auto manifest = parse_manifest(files.at(kManifestFile));
  require_library(manifest, TORCH_VERSION);
  const auto tolerance = golden_tolerance(manifest);
  auto schema = json_at<Schema>(manifest, "/data", kPackageFamily);
  const auto network = json_at<Architecture>(manifest, "/network", kPackageFamily);
  const auto golden = parse_golden(files, schema);
  const auto document =
      parse_document(files.at(kProfileFile), kProfileFile, kProfileSchema, kPackageFamily);
  auto profile = parse_profile(document, schema, kPackageFamily);
  const ModelSource source{files.at(kModelFile), files.at(kWeightsFile), schema, network};
  const EngineCheck check = [&](const InferenceEngine& engine) {
    return engine_name == "auto" ? check_for_auto(engine, source, golden, tolerance)
                                 : check_engine(engine);
  };
  std::shared_ptr<const InferenceEngine> engine = make_engine(engine_name, source, device, check);
  announce_changes(manifest, require_golden(*engine, golden, tolerance));
  return {std::move(schema), std::move(manifest), std::move(profile), std::move(engine)};
}

std::vector<float> Package::logits(const std::uint8_t* images, std::size_t n) const {
  return engine_->logits(images, n);
}

std::vector<float> Package::logits(const float* images, std::size_t n) const {
  const c10::InferenceMode inference;
  const std::vector<std::int64_t> sizes{static_cast<std::int64_t>(n), schema_.channels,
                                        schema_.rows, schema_.cols};
  const auto logits =
      engine_->forward(at::from_blob(const_cast<float*>(images), sizes, at::kFloat)).contiguous();
  return {logits.data_ptr<float>(), logits.data_ptr<float>() + logits.numel()};
}

std::string Package::engine() const { return engine_->name(); }

std::string Package::device() const { return engine_->device(); }

void write_package(const fs::path& folder, Network& network, const PackageInfo& info,
                   const Dataset& examples, c10::Device device) {
  network->to(at::kCPU);
  StagedDirectory staged(folder);
  const auto files = files_of(network, info, examples);
  write_files(staged.path(), files);
  // Both forms must give the golden logits, TorchScript and weights: any engine may be used later.
  require_golden_weights(
      {files.at(kModelFile), files.at(kWeightsFile), info.schema, network->options().architecture},
      parse_golden(files, info.schema), kGoldenTolerance);
  for (const char* engine : {"torchscript", "auto"}) Package::load(staged.path(), device, engine);
  staged.commit();
}

}  // namespace digits
