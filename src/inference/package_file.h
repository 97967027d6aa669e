// Describes a file of each package; folders of extras/ register them (base/registry.h).
#pragma once

#include <functional>
#include <string>

#include "data/dataset.h"

namespace digits {

struct PackageFile {
  std::string name;  // "model.onnx"
  // Its bytes, from a TorchScript archive (model/torchscript.h). Throws an Error if the archive
  // cannot be converted: the package is then written without the file, with a warning.
  std::function<std::string(const std::string& torchscript, const Schema&)> make;
};

}  // namespace digits
