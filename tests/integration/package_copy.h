// Copies of the tiny run's package, to damage and to replace.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "base/json.h"
#include "inference/package.h"
#include "integration/tiny_run.h"
#include "model/network.h"

namespace digits {

// One copy for one test.
struct PackageCopy {
  PackageCopy() { std::filesystem::copy(tiny_run().package(), path()); }
  std::filesystem::path path() const { return folder / "package"; }
  TemporaryDirectory folder;
};

// Loads with the TorchScript engine, and with the default engine.
Package load_package(const std::filesystem::path& folder);

// Writes SHA256SUMS again, over all files in `package`, so that a changed package has matching
// sums.
void renew_sums(const std::filesystem::path& package);

// Changes the manifest and updates the sums.
void edit_manifest(const PackageCopy& copy, const std::function<void(Json&)>& edit);

// A package of another model for the same data: the tiny run's network with other weights, changed
// by `change`.
void write_other_package(const std::filesystem::path& folder,
                         const std::map<std::string, std::string>& extras = {},
                         const std::function<void(Network&)>& change = {});

}  // namespace digits
