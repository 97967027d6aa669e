#include "repository/catalogue.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/file_time.h"
#include "repository/manifest.h"
#include "repository/package_files.h"

namespace digits {

namespace {

std::string damage_of(const Error& error) {
  return fmt::format("{}: {}", error.code(), error.what());
}

VersionFacts facts_of(const std::filesystem::path& folder) {
  const auto manifest = parse_manifest(read_verified(folder).at(kManifestFile));
  return {json_at<Quantity>(manifest, "/metrics/accuracy", kPackageFamily),
          json_at<std::string>(manifest, "/lineage/data", kPackageFamily),
          json_at<std::int64_t>(manifest, "/lineage/seed", kPackageFamily),
          json_at<std::string>(manifest, "/lineage/versions/revision", kPackageFamily),
          json_at<std::string>(manifest, "/library/version", kPackageFamily)};
}

VersionSummary summarise_version(const std::filesystem::path& folder, int version) {
  VersionSummary summary;
  summary.version = version;
  if (const auto time = written_at(folder / kSumsFile); time != 0) summary.written = utc_text(time);
  try {
    summary.facts = facts_of(folder);
  } catch (const Error& error) {
    summary.damage = damage_of(error);
  }
  return summary;
}

}  // namespace

ModelSummary summarise(const ModelFolder& model) {
  ModelSummary summary;
  summary.name = model.name();
  try {
    summary.previous = model.previous();
    summary.current = model.current();
  } catch (const Error& error) {
    summary.damage = damage_of(error);
  }
  for (const int version : model.versions()) {
    summary.versions.push_back(summarise_version(model.path_of(version), version));
  }
  return summary;
}

void to_json(Json& json, const VersionSummary& summary) {
  json = Json{{"version", summary.version}, {"written", summary.written}};
  if (!summary.facts) {
    json["damage"] = summary.damage;
    return;
  }
  json.update(Json{{"accuracy", summary.facts->accuracy},
                   {"data", summary.facts->data},
                   {"seed", summary.facts->seed},
                   {"revision", summary.facts->revision},
                   {"libtorch", summary.facts->libtorch}});
}

void to_json(Json& json, const ModelSummary& summary) {
  json = Json{{"name", summary.name}, {"versions", summary.versions}};
  if (!summary.current) {
    json["damage"] = summary.damage;
    return;
  }
  json["current"] = *summary.current;
  json["previous"] = summary.previous ? Json(*summary.previous) : Json();
}

}  // namespace digits
