#include "serve/metadata.h"

#include <chrono>
#include <cmath>

#include "inference/version.h"

namespace digits {

Json server_metadata() {
  return Json{
      {"name", "digits"},
      {"version", json_at<std::string>(versions(), "/digits", "server")},
      {"extensions", {"binary_tensor_data", "classification", "statistics", "model_repository"}}};
}

Json model_metadata(const ModelFacts& facts) {
  const auto& schema = facts.contract.schema;
  const Json image_shape{-1, schema.channels, schema.rows, schema.cols};
  const Json row_shape{-1, schema.classes()};
  const auto tensor = [](const std::string& name, const char* datatype, const Json& shape) {
    return Json{{"name", name}, {"datatype", datatype}, {"shape", shape}};
  };
  return Json{{"name", facts.identity.name},
              {"versions", {facts.identity.version}},
              {"platform", "digits_" + facts.engine},
              {"inputs",
               {tensor(facts.contract.input, "FP32", image_shape),
                tensor(kPixelsInput, "UINT8", image_shape),
                tensor(kPictureInput, "BYTES", Json::array({-1}))}},
              {"outputs",
               {tensor(facts.contract.output, "FP32", row_shape),
                tensor(kProbabilitiesOutput, "FP32", row_shape),
                tensor(kLabelOutput, "BYTES", Json::array({-1})),
                tensor(kPixelsInput, "UINT8", image_shape)}},
              {"parameters",
               {{"class_names", facts.identity.class_names},
                {"max_images", facts.contract.max_images},
                {"normal_form", facts.normal_form}}}};
}

Json repository_index(const ModelFacts& facts, bool ready) {
  return Json::array({{{"name", facts.identity.name},
                       {"version", facts.identity.version},
                       {"state", ready ? "READY" : "UNAVAILABLE"},
                       {"reason", ready ? "" : "the server is stopping"}}});
}

void ModelStats::Duration::add(Clock::duration duration) {
  ++count;
  ns += static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count());
}

Json ModelStats::to_json(const Duration& duration) {
  return Json{{"count", duration.count}, {"ns", duration.ns}};
}

void ModelStats::add(const Inference& inference, std::size_t images) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::lock_guard lock(mutex_);
  const auto whole = inference.queued + inference.computed;
  if (inference.error) {
    fail_.add(whole);
    return;
  }
  success_.add(whole);
  queue_.add(inference.queued);
  compute_.add(inference.computed);
  images_ += images;
  executions_ += static_cast<double>(images) / static_cast<double>(inference.batch);
  last_ms_ = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

Json ModelStats::document(const ModelFacts& facts, const DriftVerdict& drift) const {
  const std::lock_guard lock(mutex_);
  return Json{{"model_stats",
               {{{"name", facts.identity.name},
                 {"version", facts.identity.version},
                 {"last_inference", last_ms_},
                 {"inference_count", images_},
                 {"execution_count", std::llround(executions_)},
                 {"inference_stats",
                  {{"success", to_json(success_)},
                   {"fail", to_json(fail_)},
                   {"queue", to_json(queue_)},
                   {"compute_infer", to_json(compute_)}}},
                 {"drift",
                  {{"state", to_string(drift.state)},
                   {"count", drift.count},
                   {"reference_count", facts.profile.count},
                   {"tests", drift.tests}}}}}}};
}

}  // namespace digits
