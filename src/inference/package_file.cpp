#include "inference/package_file.h"

#include <utility>

namespace digits {

namespace {

std::vector<PackageFile>& registered_files() {
  static std::vector<PackageFile> files;
  return files;
}

}  // namespace

const std::vector<PackageFile>& package_files() { return registered_files(); }

void set_package_files(std::vector<PackageFile> files) { registered_files() = std::move(files); }

}  // namespace digits
