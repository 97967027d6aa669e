// Registers files that the folders of extras/ add to each package.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace digits {

struct PackageFile {
  std::string name;  // "model.onnx"
  // Its bytes, from a TorchScript archive (model/torchscript.h). Throws an Error if the archive
  // cannot be converted: the package is then written without the file, with a warning.
  std::function<std::string(const std::string& torchscript, const Schema&)> make;
};

// The program's further package files: none before set_package_files is called. Not thread-safe:
// set them before the first package is written.
const std::vector<PackageFile>& package_files();
void set_package_files(std::vector<PackageFile> files);

}  // namespace digits
