// The tiny run's package, to damage and to replace.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "base/json.h"
#include "integration/tiny_run.h"
#include "model/network.h"

namespace digits {

// A copy of its own for one test.
struct PackageCopy {
  PackageCopy() { std::filesystem::copy(tiny_run().package(), path()); }
  std::filesystem::path path() const { return folder / "package"; }
  TemporaryDirectory folder;
};

// Writes SHA256SUMS anew, over all files in `package`, as someone would who wants a changed package
// to pass.
void renew_sums(const std::filesystem::path& package);

// Changes the manifest and makes the sums fit.
void edit_manifest(const PackageCopy& copy, const std::function<void(Json&)>& edit);

// A package of another model for the same data: the tiny run's network with other weights, and
// with what `change` does to it.
void write_other_package(const std::filesystem::path& folder,
                         const std::map<std::string, std::string>& extras = {},
                         const std::function<void(Network&)>& change = {});

}  // namespace digits
