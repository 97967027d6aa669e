#include "model/package.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/sha256.h"
#include "model/checkpoint.h"
#include "model/network.h"
#include "model/safetensors.h"
#include "model/tensors.h"
#include "model/torchscript.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr const char* kFamily = "package";
constexpr const char* kModel = "model.pt";
constexpr const char* kWeights = "model.safetensors";
constexpr const char* kGolden = "golden.safetensors";
constexpr const char* kManifest = "manifest.json";
constexpr const char* kProfile = "profile.json";
constexpr const char* kSums = "SHA256SUMS";
constexpr std::size_t kGoldenCount = 16;
// Float32 sums in another order differ by some 1e-6 relative to logits of about 10; a changed
// weight or constant shows in the first digits.
constexpr double kGoldenTolerance = 1e-4;

using Files = std::map<std::string, std::string>;  // name -> bytes

// The text of SHA256SUMS, as sha256sum writes it.
std::string sums_of(const Files& files) {
  std::string text;
  for (const auto& [name, bytes] : files) text += fmt::format("{}  {}\n", sha256(bytes), name);
  return text;
}

std::string golden_file(Network& network, const Dataset& examples) {
  const auto count = std::min(kGoldenCount, examples.size());
  const at::NoGradGuard no_grad;
  network->eval();
  const auto inputs = image_tensor(examples.images.data(), count, examples.schema, at::kCPU);
  return format_safetensors({{"inputs", inputs}, {"logits", network->forward(inputs)}});
}

Json manifest_of(const PackageInfo& info) {
  const auto& schema = info.schema;
  return Json{
      {"schema", kManifestSchema},
      {"data", schema},
      {"input",
       {{"name", "images"},
        {"shape", {-1, schema.channels, schema.rows, schema.cols}},
        {"type", "float32"},
        {"range", {0, 1}}}},
      {"output", {{"name", "logits"}, {"shape", {-1, schema.classes()}}, {"type", "float32"}}},
      {"golden", {{"file", kGolden}, {"tolerance", kGoldenTolerance}}},
      {"metrics", info.metrics},
      {"lineage", info.lineage}};
}

// The files of a package, verified against SHA256SUMS: what is parsed later are these bytes,
// so a file that is swapped in between is never read.
Files read_verified(const fs::path& folder) {
  Files files;
  try {
    for (const char* name : {kModel, kWeights, kGolden, kManifest, kProfile}) {
      files[name] = read_file(folder / name);
    }
    if (read_file(folder / kSums) == sums_of(files)) return files;
  } catch (const Error& error) {
    throw Error("package.missing", error.what(), "name the folder of a package: RUN/package");
  }
  throw Error("package.hash",
              fmt::format("{}: the files are not those of {}", folder.string(), kSums),
              "`sha256sum -c SHA256SUMS` names the file; get the package again");
}

Json parse_document(const Files& files, const char* name, const char* schema) {
  auto document = parse_json(files.at(name), name, kFamily);
  const auto seen = json_at<std::string>(document, "/schema", kFamily);
  if (seen == schema) return document;
  throw Error("package.schema", fmt::format("{}: schema {}, expected {}", name, seen, schema),
              "the package was written by another version of digits");
}

// Inputs and logits that belong together and to the schema.
struct Golden {
  at::Tensor inputs;
  at::Tensor logits;
};

Golden parse_golden(const Files& files, const Schema& schema) {
  auto tensors = parse_safetensors(files.at(kGolden), kGolden, kFamily);
  Golden golden{tensors["inputs"], tensors["logits"]};
  const bool known = golden.inputs.defined() && golden.logits.defined();
  const auto n = known && golden.inputs.dim() > 0 ? golden.inputs.size(0) : 0;
  const std::vector<int64_t> input_sizes{n, schema.channels, schema.rows, schema.cols};
  const std::vector<int64_t> logit_sizes{n, schema.classes()};
  const bool fits =
      n > 0 && golden.inputs.sizes() == input_sizes && golden.logits.sizes() == logit_sizes;
  if (!fits) throw_malformed(kFamily, "golden inputs and logits of other sizes than the schema's");
  return golden;
}

}  // namespace

struct Package::Model {
  mutable torch::jit::Module module;
  c10::Device device;

  at::Tensor forward(const at::Tensor& images) const {
    return module.forward({images.to(device)}).toTensor();
  }
};

namespace {

// Runs `action` on what Torch has parsed; whatever it throws says that the archive is no model.
template <typename Action>
auto guarded(const Action& action) {
  try {
    return action();
  } catch (const std::exception& error) {
    const std::string text = error.what();
    throw Error("package.malformed", fmt::format("{}: {}", kModel, text.substr(0, text.find('\n'))),
                "it was written by an incompatible LibTorch, or is no model of ours");
  }
}

void require_golden(const at::Tensor& logits, const Golden& golden) {
  const bool same_size = logits.sizes() == golden.logits.sizes();
  const double difference =
      same_size ? (logits - golden.logits).abs().max().item<double>() : INFINITY;
  if (difference <= kGoldenTolerance) return;  // NaN does not pass
  throw Error("package.golden",
              fmt::format("golden logits differ by {:.2g}, expected at most {:.2g}", difference,
                          kGoldenTolerance),
              "this LibTorch or device computes something else: do not serve with it");
}

}  // namespace

Package Package::load(const fs::path& folder, c10::Device device) {
  const auto files = read_verified(folder);
  auto manifest = parse_document(files, kManifest, kManifestSchema);
  auto schema = json_at<Schema>(manifest, "/data", kFamily);
  const auto golden = parse_golden(files, schema);
  auto profile = parse_profile(parse_document(files, kProfile, kProfileSchema), schema, kFamily);
  auto model = guarded([&] {
    std::istringstream stream(files.at(kModel));
    auto loaded = std::make_shared<Model>(Model{torch::jit::load(stream, device), device});
    loaded->module.eval();
    return loaded;
  });
  const c10::InferenceMode inference;
  require_golden(guarded([&] { return model->forward(golden.inputs).cpu(); }), golden);
  return {std::move(schema), std::move(manifest), std::move(profile), std::move(model)};
}

std::vector<float> Package::logits(const std::uint8_t* images, std::size_t n) const {
  return logits_of([this](const at::Tensor& x) { return model_->forward(x); }, images, n, schema_,
                   model_->device);
}

void write_package(const fs::path& folder, Network& network, const PackageInfo& info,
                   const Dataset& examples, c10::Device device) {
  network->to(at::kCPU);
  const Files files{{kModel, export_torchscript(network)},
                    {kWeights, format_safetensors(network_tensors(network))},
                    {kGolden, golden_file(network, examples)},
                    {kManifest, to_text(manifest_of(info), 2) + "\n"},
                    {kProfile, to_text(with_schema(kProfileSchema, info.profile), 2) + "\n"}};
  StagedDirectory staged(folder);
  for (const auto& [name, bytes] : files) write_file(staged.path() / name, bytes);
  write_file(staged.path() / kSums, sums_of(files));
  Package::load(staged.path(), device);
  staged.commit();
}

}  // namespace digits
