#include "integration/package_copy.h"

#include <c10/core/Device.h>

#include "base/files.h"
#include "data/load.h"
#include "model/checkpoint.h"
#include "repository/package_files.h"

namespace digits {

Package load_package(const std::filesystem::path& folder) {
  Package::load(folder, c10::kCPU, "torchscript");
  return Package::load(folder, c10::kCPU);
}

void renew_sums(const std::filesystem::path& package) {
  PackageFiles files;
  for (const auto& path : list_folder(package)) {
    const auto name = path.filename().string();
    if (name != kSumsFile) files[name] = read_file(path);
  }
  write_file(package / kSumsFile, format_sums(files), Durability::kUnsynced);
}

void edit_manifest(const PackageCopy& copy, const std::function<void(Json&)>& edit) {
  auto manifest = Json::parse(read_file(copy.path() / kManifestFile));
  edit(manifest);
  write_file(copy.path() / kManifestFile, manifest.dump());
  renew_sums(copy.path());
}

void write_other_package(const std::filesystem::path& folder,
                         const std::map<std::string, std::string>& extras,
                         const std::function<void(Network&)>& change) {
  auto checkpoint = load_checkpoint(tiny_run().path() / "checkpoint" / "best.safetensors");
  initialise(checkpoint.network, test_seed() + 1000);
  if (change) change(checkpoint.network);
  const auto test = load_dataset(fixtures() / "tiny", Part::kTest);
  PackageInfo info;
  info.schema = checkpoint.info.schema;
  info.profile = make_profile(test, 1);
  info.extras = extras;
  write_package(folder, checkpoint.network, info, test, c10::kCPU);
}

}  // namespace digits
