// A model whose answers can be computed by hand: of images [1, 2, 2], two classes.
#pragma once

#include <atomic>
#include <numeric>
#include <string>
#include <vector>

#include "data/profile.h"
#include "serve/served_model.h"

namespace digits {

inline Schema fake_schema() { return {2, 2, 1, {"zero", "one"}}; }

// A profile of a few random images, which a model needs.
inline Profile fake_profile(const Schema& schema) {
  Dataset set;
  set.schema = schema;
  for (std::size_t i = 0; i < 400; ++i) {
    for (std::size_t k = 0; k < schema.image_bytes(); ++k) {
      set.images.push_back(static_cast<std::uint8_t>((i * 37 + k * 101) % 256));
    }
    set.labels.push_back(static_cast<std::uint8_t>(i % schema.class_names.size()));
  }
  return make_profile(set, 1);
}

inline ModelFacts fake_facts(const std::string& version = "1") {
  ModelFacts facts;
  const auto schema = fake_schema();
  facts.identity = {"fake", version, schema.class_names};
  facts.contract = {schema, "images", "logits", 8};
  facts.profile = fake_profile(schema);
  facts.engine = "fake";
  return facts;
}

inline const InferContract& fake_contract() {
  static const auto facts = fake_facts();
  return facts.contract;
}

// Logits of an image: the sum of its pixels, and `second`.
class FakeModel : public ServedModel {
 public:
  explicit FakeModel(float second = 1.0F, const std::string& version = "1")
      : facts_(fake_facts(version)), second_(second) {}

  const ModelFacts& facts() const override { return facts_; }
  std::vector<float> logits(const float* images, std::size_t n) const override {
    ++calls;
    std::vector<float> logits;
    for (std::size_t i = 0; i < n; ++i) {
      logits.push_back(std::accumulate(images + 4 * i, images + 4 * i + 4, 0.0F));
      logits.push_back(second_);
    }
    return logits;
  }

  mutable std::atomic<int> calls{0};

 private:
  ModelFacts facts_;
  float second_;
};

// A request for one image of four equal pixels.
inline std::string fake_request(const std::string& pixel = "0.5") {
  return R"({"inputs":[{"name":"images","shape":[1,1,2,2],"datatype":"FP32","data":[)" + pixel +
         "," + pixel + "," + pixel + "," + pixel + "]}]}";
}

}  // namespace digits
