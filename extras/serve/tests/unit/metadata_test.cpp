#include "serve/metadata.h"

#include "base/error.h"
#include "base/json.h"
#include "support/fake_model.h"
#include "support/observed.h"
#include "support/testing.h"

namespace digits {
namespace {

// Triton's numbers: images, calls of the engine, and times in nanoseconds. The time of a request is
// that in the queue, 2 ms, and that of its computation, 6 ms. All of them start at zero: there was
// no last answer.
TEST(ModelStats, CountInferences) {
  const FakeModel model;
  ModelStats stats;
  const auto fresh = stats.document(model.facts(), {}).at("model_stats").at(0);
  for (const char* key : {"last_inference", "inference_count", "execution_count"}) {
    EXPECT_EQ(fresh.at(key), 0) << key;
  }
  for (const char* key : {"success", "fail", "queue", "compute_infer"}) {
    EXPECT_EQ(fresh.at("inference_stats").at(key).at("count"), 0) << key;
    EXPECT_EQ(fresh.at("inference_stats").at(key).at("ns"), 0) << key;
  }
  EXPECT_EQ(fresh.at("drift").at("count"), 0);
  EXPECT_EQ(fresh.at("drift").at("reference_count"), 400);
  stats.add(inference_of(4), 3);  // three of four images of one call, and the fourth
  stats.add(inference_of(4), 1);
  auto failed = inference_of(0);
  failed.error = Error("image.blank", "x", "y");
  stats.add(failed, 1);
  auto document = stats.document(model.facts(), {});
  auto& last = document.at("model_stats").at(0).at("last_inference");
  EXPECT_GT(last, 0);
  last = 0;
  const auto expected = Json::parse(R"({"model_stats":[{
      "name":"fake","version":"1","last_inference":0,"inference_count":4,"execution_count":1,
      "inference_stats":{"success":{"count":2,"ns":16000000},"fail":{"count":1,"ns":8000000},
                         "queue":{"count":2,"ns":4000000},
                         "compute_infer":{"count":2,"ns":12000000}},
      "drift":{"state":"too_few","count":0,"reference_count":400,"tests":[]}}]})");
  EXPECT_EQ(document, expected);
}

// The whole document: -1 is an open number of images.
TEST(ModelMetadata, DescribeInputsAndOutputs) {
  EXPECT_EQ(model_metadata(FakeModel().facts()), Json::parse(R"({
      "name":"fake","versions":["1"],"platform":"digits_fake",
      "inputs":[{"name":"images","datatype":"FP32","shape":[-1,1,2,2]},
                {"name":"pixels","datatype":"UINT8","shape":[-1,1,2,2]},
                {"name":"picture","datatype":"BYTES","shape":[-1]}],
      "outputs":[{"name":"logits","datatype":"FP32","shape":[-1,2]},
                 {"name":"probabilities","datatype":"FP32","shape":[-1,2]},
                 {"name":"label","datatype":"BYTES","shape":[-1]},
                 {"name":"pixels","datatype":"UINT8","shape":[-1,1,2,2]}],
      "parameters":{"class_names":["zero","one"],"max_images":8,"normal_form":false}})"));
}

}  // namespace
}  // namespace digits
