#include "model/package.h"

#include <fmt/format.h>
#include <torch/script.h>
#include <torch/torch.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/sha256.h"
#include "model/checkpoint.h"
#include "model/safetensors.h"
#include "model/tensors.h"
#include "model/torchscript.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr const char* kFamily = "package";
constexpr const char* kManifestSchema = "digits.manifest/1";
constexpr const char* kModel = "model.pt";
constexpr const char* kWeights = "model.safetensors";
constexpr const char* kGolden = "golden.safetensors";
constexpr const char* kManifest = "manifest.json";
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
  const torch::NoGradGuard no_grad;
  network->eval();
  const auto inputs = image_tensor(examples.images.data(), count, examples.schema, torch::kCPU);
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

// The four files of a package, verified against SHA256SUMS: what is parsed later are these bytes,
// so a file that is swapped in between is never read.
Files read_verified(const fs::path& folder) {
  Files files;
  try {
    for (const char* name : {kModel, kWeights, kGolden, kManifest}) {
      files[name] = read_file(folder / name);
    }
    if (read_file(folder / kSums) == sums_of(files)) return files;
  } catch (const Error& error) {
    throw Error("package.missing", error.what(), "name the folder of a package: DIR/package");
  }
  throw Error("package.hash",
              fmt::format("{}: the files are not those of {}", folder.string(), kSums),
              "`sha256sum -c SHA256SUMS` names the file; get the package again");
}

at::Tensor tensor_at(const NamedTensors& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw_malformed(kFamily, fmt::format("{}: no {}", kGolden, name));
  return found->second;
}

}  // namespace

struct Package::Model {
  mutable torch::jit::Module module;
  c10::Device device;

  at::Tensor forward(const at::Tensor& images) const {
    return module.forward({images.to(device)}).toTensor();
  }
};

void write_package(const fs::path& folder, Network& network, const PackageInfo& info,
                   const Dataset& examples) {
  network->to(torch::kCPU);
  const Files files{{kModel, export_torchscript(network)},
                    {kWeights, format_safetensors(network_tensors(network))},
                    {kGolden, golden_file(network, examples)},
                    {kManifest, manifest_of(info).dump(2) + "\n"}};
  StagedDirectory staged(folder);
  for (const auto& [name, bytes] : files) write_file(staged.path() / name, bytes);
  write_file(staged.path() / kSums, sums_of(files));
  staged.commit();
}

namespace {

torch::jit::Module parse_module(const std::string& bytes, c10::Device device) {
  try {
    std::istringstream stream(bytes);
    auto module = torch::jit::load(stream, device);
    module.eval();
    return module;
  } catch (const c10::Error& error) {
    throw Error("package.malformed", fmt::format("{}: {}", kModel, error.what_without_backtrace()),
                "it was written by an incompatible LibTorch");
  }
}

}  // namespace

Package Package::load(const fs::path& folder, c10::Device device) {
  const auto files = read_verified(folder);
  const auto manifest = parse_json(files.at(kManifest), kManifest, kFamily);
  const auto seen = json_at<std::string>(manifest, "schema", kFamily);
  if (seen != kManifestSchema) {
    throw Error("package.schema", fmt::format("schema {}, expected {}", seen, kManifestSchema),
                "the package was written by another version of digits");
  }
  auto model = std::make_shared<Model>(Model{parse_module(files.at(kModel), device), device});

  const auto golden = parse_safetensors(files.at(kGolden), kGolden, kFamily);
  const auto tolerance =
      json_at<double>(json_at<Json>(manifest, "golden", kFamily), "tolerance", kFamily);
  const torch::InferenceMode inference;
  const auto logits = model->forward(tensor_at(golden, "inputs")).cpu();
  const double difference = (logits - tensor_at(golden, "logits")).abs().max().item<double>();
  if (!(difference <= tolerance)) {  // so that NaN fails too
    throw Error("package.golden",
                fmt::format("golden logits differ by {:.2g}, expected at most {:.2g}", difference,
                            tolerance),
                "this LibTorch or device computes something else: do not serve with it");
  }
  return {json_at<Schema>(manifest, "data", kFamily), manifest, std::move(model)};
}

std::vector<float> Package::logits(const std::uint8_t* images, std::size_t n) const {
  return logits_of([this](const at::Tensor& x) { return model_->forward(x); }, images, n, schema_,
                   model_->device);
}

}  // namespace digits
