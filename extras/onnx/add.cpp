// Adds model.onnx to each package.
#include "cli/extras.h"
#include "onnx/onnx_export.h"
#include "repository/package_files.h"

namespace digits {

void add_onnx(Extras& extras) { extras.package_files.push_back({kOnnxFile, export_onnx}); }

}  // namespace digits
