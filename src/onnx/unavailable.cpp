// Stands in for onnx_export.cpp where libonnx is missing or DIGITS_ONNX is OFF.
#include "base/error.h"
#include "onnx/onnx_export.h"

namespace digits {

bool onnx_available() { return false; }

std::string export_onnx(const std::string& /*torchscript*/, const Schema& /*schema*/) {
  throw Error("onnx.unavailable", "this build cannot write ONNX, expected one with libonnx",
              "apt-get install libonnx-dev libprotobuf-dev, and configure with -DDIGITS_ONNX=ON");
}

}  // namespace digits
