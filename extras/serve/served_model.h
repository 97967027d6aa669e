// Defines a model that answers requests.
#pragma once

#include <c10/core/Device.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/statistics.h"
#include "data/profile.h"
#include "serve/infer_request.h"
#include "serve/infer_response.h"

namespace digits {

// The constant description of a serving model.
struct ModelFacts {
  ModelIdentity identity;
  InferContract contract;
  Profile profile;           // of the training set
  Quantity accuracy;         // on the test set; n = 0 if the package has none
  std::string data_date;     // day of the newest training images, as 2026-01-31; may be empty
  std::string engine;        // the engine's name
  std::string device;        // of the engine: "cpu", "cuda:0"
  bool normal_form = false;  // bring pictures to normal form
};

// Throws model.unknown unless name and version are the model's; an empty one means any.
void require_identity(const ModelIdentity& model, const std::string& name,
                      const std::string& version);

// Thread-safe.
class ServedModel {
 public:
  ServedModel() = default;
  virtual ~ServedModel() = default;
  ServedModel(const ServedModel&) = delete;
  ServedModel& operator=(const ServedModel&) = delete;

  virtual const ModelFacts& facts() const = 0;

  // Logits [n * classes] of images [n, channels, rows, cols] in [0, 1]. A row depends only on its
  // image, bit for bit: neither on n nor on the other images.
  virtual std::vector<float> logits(const float* images, std::size_t n) const = 0;
};

// Logits of `n` images.
using Compute = std::function<std::vector<float>(const float* images, std::size_t n)>;

// The batch sizes, ascending, with 1 and at most `largest`, for which `compute` gives each image
// the same bits as in a batch of one. Engines choose their kernels, and so the order of additions,
// by batch size. Tested on random images, each at each place.
std::vector<std::size_t> exact_batch_sizes(const Compute& compute, std::size_t image_size,
                                           std::size_t classes, std::size_t largest);

// The same logits as from calls with one image each, in as few calls of these sizes as possible.
std::vector<float> compute_exactly(const Compute& compute, const std::vector<std::size_t>& sizes,
                                   const float* images, std::size_t n, std::size_t image_size);

struct LoadOptions {
  std::string engine = "auto";
  c10::Device device{c10::DeviceType::CPU};
  std::size_t max_batch = 32;    // images in a call of the engine
  std::size_t max_images = 256;  // images in a request
};

// Loads and verifies a package (Package::load), and finds its exact batch sizes, which also warms
// it up. `version` and, if not empty, `name` are the names for clients. Throws as Package::load.
std::shared_ptr<const ServedModel> load_model(const std::filesystem::path& package,
                                              const std::string& name, const std::string& version,
                                              const LoadOptions& options);

}  // namespace digits
