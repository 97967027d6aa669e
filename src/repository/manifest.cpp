#include "repository/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "repository/package_files.h"

namespace digits {

namespace {

// {2, 6} of "2.6.0+cu124".
std::pair<int, int> major_minor(const std::string& version) {
  std::pair<int, int> numbers;
  const char* const end = version.data() + version.size();
  const auto major = std::from_chars(version.data(), end, numbers.first);
  const bool dot = major.ec == std::errc() && major.ptr != end && *major.ptr == '.';
  if (dot && std::from_chars(major.ptr + 1, end, numbers.second).ec == std::errc()) return numbers;
  throw_malformed(
      kPackageFamily,
      fmt::format("{}: LibTorch \"{}\", expected a version such as 2.6.0", kManifestFile, version));
}

}  // namespace

Json make_manifest(const ManifestContent& content) {
  const auto& schema = content.schema;
  return Json{
      {"schema", kManifestSchema},
      {"name", content.name},
      {"data", schema},
      {"network", content.network},
      {"input",
       {{"name", "images"},
        {"shape", {-1, schema.channels, schema.rows, schema.cols}},
        {"type", "float32"},
        {"range", {0, 1}}}},
      {"output", {{"name", "logits"}, {"shape", {-1, schema.classes()}}, {"type", "float32"}}},
      {"library", {{"name", "libtorch"}, {"version", content.libtorch}}},
      {"golden", {{"file", kGoldenFile}, {"tolerance", kGoldenTolerance}}},
      {"metrics", content.metrics},
      {"lineage", content.lineage}};
}

Json parse_manifest(const std::string& text) {
  return parse_document(text, kManifestFile, kManifestSchema, kPackageFamily);
}

void require_library(const Json& manifest, const std::string& version) {
  const auto written_by = json_at<std::string>(manifest, "/library/version", kPackageFamily);
  if (major_minor(written_by) <= major_minor(version)) return;
  throw Error("package.library",
              fmt::format("written by LibTorch {}, expected {} or earlier", written_by, version),
              "use a digits that is built with that LibTorch, or package the model with this one");
}

double golden_tolerance(const Json& manifest) {
  const auto stated = json_at<double>(manifest, "/golden/tolerance", kPackageFamily);
  if (stated > 0.0) return std::min(stated, kGoldenTolerance);
  throw_malformed(kPackageFamily,
                  fmt::format("{}: tolerance {:g} for golden logits, expected more than 0",
                              kManifestFile, stated));
}

}  // namespace digits
