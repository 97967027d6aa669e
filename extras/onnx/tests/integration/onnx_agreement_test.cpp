// Runtimes that read model.onnx agree with the eager network.
#include <opencv2/core/version.hpp>

#include "integration/agreement.h"
#include "onnx/onnx_export.h"
#include "onnx/tests/opencv_dnn.h"

namespace digits {
namespace {

std::string onnx_of(const ExportedModel& subject) {
  if (!subject.package.empty()) return read_file(subject.package / "model.onnx");
  return export_onnx(subject.torchscript, subject.schema);
}

TEST_F(Agreement, OpenCvDnnMatchesTheEagerNetwork) {
  compare("OpenCV DNN " CV_VERSION, [](const ExportedModel& subject) {
    return opencv_forward(onnx_of(subject), subject.images);
  });
}

TEST_F(Agreement, OnnxRuntimeMatchesTheEagerNetwork) {
  if (std::getenv("DIGITS_ORT") == nullptr) {
    GTEST_SKIP() << "DIGITS_ORT names no folder in which `npm install onnxruntime-node` was run";
  }
  compare_program(
      "ONNX Runtime", {"node", source_path("extras/onnx/tests/integration/run_onnxruntime.cjs")},
      "onnxruntime", [](const ExportedModel& subject, const std::filesystem::path& folder) {
        write_file(folder / (subject.name + ".onnx"), onnx_of(subject), Durability::kUnsynced);
      });
}

}  // namespace
}  // namespace digits
