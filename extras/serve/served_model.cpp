#include "serve/served_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "base/printable.h"
#include "base/rng.h"
#include "data/normal_form.h"
#include "inference/package.h"
#include "model/device.h"

namespace digits {

namespace {

class PackageModel : public ServedModel {
 public:
  PackageModel(Package package, ModelFacts facts, std::size_t max_batch)
      : package_(std::move(package)), facts_(std::move(facts)) {
    sizes_ =
        exact_batch_sizes(compute(), image_size(), facts_.identity.class_names.size(), max_batch);
  }

  const ModelFacts& facts() const override { return facts_; }
  std::vector<float> logits(const float* images, std::size_t n) const override {
    return compute_exactly(compute(), sizes_, images, n, image_size());
  }

 private:
  std::size_t image_size() const { return package_.schema().image_bytes(); }
  Compute compute() const {
    return [this](const float* images, std::size_t n) { return package_.logits(images, n); };
  }

  Package package_;
  ModelFacts facts_;
  std::vector<std::size_t> sizes_;
};

// Random images, the same on each call.
std::vector<float> random_images(std::size_t values) {
  std::vector<float> images(values);
  Rng rng(/*seed=*/1, Stream::kPerturb);
  for (auto& value : images) value = static_cast<float>(rng.uniform());
  return images;
}

}  // namespace

void require_identity(const ModelIdentity& model, const std::string& name,
                      const std::string& version) {
  if ((name.empty() || name == model.name) && (version.empty() || version == model.version)) return;
  throw Error("model.unknown",
              fmt::format("no model {}{}, expected {}, version {}",
                          printable(name.empty() ? model.name : name),
                          version.empty() ? "" : ", version " + printable(version), model.name,
                          model.version),
              "omit the version to use the served one");
}

std::vector<std::size_t> exact_batch_sizes(const Compute& compute, std::size_t image_size,
                                           std::size_t classes, std::size_t largest) {
  const auto images = random_images(largest * image_size);
  std::vector<float> alone;
  for (std::size_t i = 0; i < largest; ++i) {
    const auto logits = compute(images.data() + i * image_size, 1);
    alone.insert(alone.end(), logits.begin(), logits.end());
  }
  std::vector<std::size_t> sizes{1};
  for (std::size_t n = 2; n <= largest; ++n) {
    const auto first = compute(images.data(), n);
    const auto last = compute(images.data() + (largest - n) * image_size, n);
    const auto* const tail = alone.data() + (largest - n) * classes;
    const auto bytes = n * classes * sizeof(float);
    if (std::memcmp(first.data(), alone.data(), bytes) == 0 &&
        std::memcmp(last.data(), tail, bytes) == 0) {
      sizes.push_back(n);
    }
  }
  return sizes;
}

std::vector<float> compute_exactly(const Compute& compute, const std::vector<std::size_t>& sizes,
                                   const float* images, std::size_t n, std::size_t image_size) {
  std::vector<float> all;
  while (n > 0) {
    const auto size = *std::prev(std::upper_bound(sizes.begin(), sizes.end(), n));
    const auto logits = compute(images, size);
    all.insert(all.end(), logits.begin(), logits.end());
    images += size * image_size;
    n -= size;
  }
  return all;
}

std::shared_ptr<const ServedModel> load_model(const std::filesystem::path& package,
                                              const std::string& name, const std::string& version,
                                              const LoadOptions& options) {
  set_threads(1);  // as the serving threads: with several, an engine may add in another order
  auto loaded = Package::load(package, options.device, options.engine);
  const auto text = [&](const char* pointer) {
    return json_at<std::string>(loaded.manifest(), pointer, "package");
  };
  ModelFacts facts;
  facts.identity = {name.empty() ? text("/name") : name, version, loaded.schema().class_names};
  facts.contract = {loaded.schema(), text("/input/name"), text("/output/name"), options.max_images};
  facts.profile = loaded.profile();
  if (loaded.manifest().contains(Json::json_pointer("/metrics/accuracy"))) {
    facts.accuracy = json_at<Quantity>(loaded.manifest(), "/metrics/accuracy", "package");
  }
  if (loaded.manifest().contains(Json::json_pointer("/lineage/data_date"))) {
    facts.data_date = text("/lineage/data_date");
  }
  facts.engine = loaded.engine();
  facts.device = loaded.device();
  facts.normal_form = in_normal_form(loaded.profile());
  return std::make_shared<PackageModel>(std::move(loaded), std::move(facts), options.max_batch);
}

}  // namespace digits
