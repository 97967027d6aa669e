#include "data/passed_over.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/files.h"
#include "base/printable.h"
#include "data/image_file.h"
#include "data/set_folders.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

using Paths = std::vector<fs::path>;

std::string suffix_of(const fs::path& path) { return lower_case(path.extension().string()); }

bool is_other_format(const fs::path& path) {
  static const std::array<const char*, 18> kSuffixes{
      ".bmp", ".dib", ".tif",  ".tiff", ".gif", ".webp", ".heic", ".heif", ".avif",
      ".jp2", ".jpe", ".jfif", ".pgm",  ".ppm", ".pnm",  ".svg",  ".dng",  ".tga"};
  const auto suffix = suffix_of(path);
  return std::any_of(kSuffixes.begin(), kSuffixes.end(),
                     [&](const char* known) { return suffix == known; });
}

// The files that `path` stands for: itself, or all files below the folder.
void append_files(const fs::path& path, Paths& files) {
  if (is_system_name(path.filename().string())) return;
  if (fs::is_directory(fs::symlink_status(path))) {
    for (const auto& entry : list_entries(path)) append_files(entry, files);
  } else {
    files.push_back(path);
  }
}

// "3 .bmp and 1 .tif: 0/a.bmp, 0/b.bmp, 1/a.bmp, ..."
std::string summary_of(const Paths& files, const fs::path& root) {
  constexpr std::size_t kShown = 3;
  std::map<std::string, std::size_t> counts;
  for (const auto& file : files) ++counts[suffix_of(file)];
  std::vector<std::string> groups;
  groups.reserve(counts.size());
  for (const auto& [suffix, count] : counts) {
    groups.push_back(fmt::format("{} {}", count, suffix.empty() ? "without a suffix" : suffix));
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(kShown, files.size()); ++i) {
    names.push_back(files[i].lexically_relative(root).string());
  }
  return fmt::format("{}: {}{}", fmt::join(groups, ", "), fmt::join(names, ", "),
                     files.size() > kShown ? ", ..." : "");
}

// Moves the files for which `wanted` holds out of `files`.
template <typename Predicate>
Paths take(Paths& files, const Predicate& wanted) {
  const auto rest = std::stable_partition(files.begin(), files.end(), wanted);
  Paths taken(files.begin(), rest);
  files.erase(files.begin(), rest);
  return taken;
}

}  // namespace

std::vector<Finding> passed_over_findings(const fs::path& root, const Paths& paths) {
  Paths files;
  for (const auto& path : paths) append_files(path, files);
  std::vector<Finding> findings;
  const auto add = [&](const Paths& group, Severity severity, const char* what, const char* hint) {
    if (group.empty()) return;
    findings.push_back(
        {"data.passed_over", severity,
         fmt::format("{} {} passed over ({})", group.size(), what, summary_of(group, root)), hint});
  };
  add(take(files, is_other_format), Severity::kWarning,
      "pictures of another format than PNG and JPEG", "convert them to PNG, or move them away");
  add(take(files,
           [](const fs::path& path) { return is_image_name(path) && fs::is_regular_file(path); }),
      Severity::kWarning, "pictures that do not lie directly in a class folder",
      "move each picture into the folder of its class, or out of the set");
  add(files, Severity::kNote, "other files", "");
  return findings;
}

std::string passed_over_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const auto& finding : findings) {
    if (finding.severity == Severity::kWarning) text += "; " + finding.message;
  }
  return text;
}

}  // namespace digits
