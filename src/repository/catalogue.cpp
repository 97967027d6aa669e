#include "repository/catalogue.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "base/date.h"
#include "base/error.h"
#include "base/statistics.h"
#include "repository/manifest.h"
#include "repository/package_files.h"

namespace digits {

namespace {

Json damage_of(const Error& error) {
  return Json{{"damage", fmt::format("{}: {}", error.code(), error.what())}};
}

Json facts_of(const std::filesystem::path& folder) {
  const auto manifest = parse_manifest(read_verified(folder).at(kManifestFile));
  return Json{
      {"accuracy", json_at<Quantity>(manifest, "/metrics/accuracy", kPackageFamily)},
      {"data", json_at<std::string>(manifest, "/lineage/data", kPackageFamily)},
      {"seed", json_at<std::int64_t>(manifest, "/lineage/seed", kPackageFamily)},
      {"revision", json_at<std::string>(manifest, "/lineage/versions/revision", kPackageFamily)},
      {"libtorch", json_at<std::string>(manifest, "/library/version", kPackageFamily)}};
}

Json summarise_version(const std::filesystem::path& folder, int version) {
  const auto time = written_at(folder / kSumsFile);
  Json summary{{"version", version}, {"written", time == 0 ? "" : utc_text(time)}};
  try {
    summary.update(facts_of(folder));
  } catch (const Error& error) {
    summary.update(damage_of(error));
  }
  return summary;
}

Json selection_of(const ModelFolder& model) {
  const auto previous = model.previous();
  return Json{{"current", model.current()}, {"previous", previous ? Json(*previous) : Json()}};
}

}  // namespace

Json summarise(const ModelFolder& model) {
  Json summary{{"name", model.name()}, {"versions", Json::array()}};
  for (const int version : model.versions()) {
    summary["versions"].push_back(summarise_version(model.path_of(version), version));
  }
  try {
    summary.update(selection_of(model));
  } catch (const Error& error) {
    summary.update(damage_of(error));
  }
  return summary;
}

}  // namespace digits
