// Writes and loads a package: the trained model as it is served, with the files that verify it.
//
//   model.pt            TorchScript, with normalisation
//   model.safetensors   the same weights for any language
//   golden.safetensors  inputs and the logits that they must give
//   manifest.json       schema, metrics and lineage (repository/manifest.h)
//   profile.json        the distribution of the training images, for `digits drift`
//   README.md           the model card for people (repository/model_card.h)
//   SHA256SUMS          of all others: `sha256sum -c SHA256SUMS` checks it
#pragma once

#include <c10/core/Device.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/dataset.h"
#include "data/profile.h"

namespace digits {

class InferenceEngine;
class Network;

// The description of a package, beyond the network's own.
struct PackageInfo {
  Schema schema;
  Json metrics;                                 // accuracy, loss, per_class, undecided_gates
  Json lineage;                                 // data hashes, configuration, seed, versions
  Profile profile;                              // of the training set
  std::string name = "digits";                  // of the model
  std::map<std::string, std::string> extras{};  // further files: name -> bytes
};

// A verified package, ready to predict.
class Package {
 public:
  // Sets LibTorch to make_deterministic(), for the whole process: with TensorFloat-32 no GPU gives
  // the golden logits. Verifies each file before it is parsed. Throws, about in this order:
  //   package.missing     no such folder, or a file of it is missing
  //   package.unreadable  a file exists but cannot be read
  //   package.sums        SHA256SUMS is damaged, or lacks a file
  //   package.hash        a file differs from the packaged one
  //   package.schema      the manifest was written by another version of digits
  //   package.library     the model was written by a later LibTorch than this one
  //   package.malformed   a file cannot be read, or does not fit the others
  //   engine.*, device.numerics   see choose_engine
  //   package.golden      the golden inputs give other logits on this device
  static Package load(const std::filesystem::path& folder, c10::Device device,
                      const std::string& engine = "auto");

  const Schema& schema() const { return schema_; }
  const Json& manifest() const { return manifest_; }
  const Profile& profile() const { return profile_; }
  std::string engine() const;  // the engine's name
  std::string device() const;  // the engine's device: "cpu", "cuda:0"

  // Logits [n * classes] of `n` images [n, rows, cols, channels].
  std::vector<float> logits(const std::uint8_t* images, std::size_t n) const;

  // The same of images [n, channels, rows, cols] in [0, 1].
  std::vector<float> logits(const float* images, std::size_t n) const;

 private:
  Package(Schema schema, Json manifest, Profile profile,
          std::shared_ptr<const InferenceEngine> engine)
      : schema_(std::move(schema)),
        manifest_(std::move(manifest)),
        profile_(std::move(profile)),
        engine_(std::move(engine)) {}

  Schema schema_;
  Json manifest_;
  Profile profile_;
  std::shared_ptr<const InferenceEngine> engine_;
};

// Writes a package into `folder`, whole or not at all, and only after loading it on `device` from
// its temporary place. `examples` gives the golden inputs: its first 16 images. Throws
// output.exists, output.unwritable, disk.full, and as Package::load; std::invalid_argument for an
// extra that has the name of a file that every package has.
void write_package(const std::filesystem::path& folder, Network& network, const PackageInfo& info,
                   const Dataset& examples, c10::Device device);

}  // namespace digits
