#include "inference/package_file.h"

#include <utility>

namespace digits {

namespace {

std::vector<PackageFile>& registered() {
  static std::vector<PackageFile> files;
  return files;
}

}  // namespace

const std::vector<PackageFile>& package_files() { return registered(); }

void set_package_files(std::vector<PackageFile> files) { registered() = std::move(files); }

}  // namespace digits
