#include "data/set_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/printable.h"
#include "data/idx_names.h"
#include "data/image_file.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> folders_in(const fs::path& folder) {
  auto entries = list_entries(folder);
  entries.erase(
      std::remove_if(entries.begin(), entries.end(),
                     [](const fs::path& path) { return kind_of(path) != PathKind::kFolder; }),
      entries.end());
  return entries;
}

// The folder of the part that has one of these names ("val|valid"), also with "set" behind it, in
// any case; empty when there is none.
fs::path find_part(const std::vector<fs::path>& folders, const std::string& names) {
  const std::regex form("(" + names + ")[-_ ]*(set)?", std::regex::icase);
  fs::path found;
  for (const auto& folder : folders) {
    if (!std::regex_match(folder.filename().string(), form)) continue;
    if (!found.empty()) {
      throw Error("data.ambiguous",
                  fmt::format("{} and {}: two folders for one part, expected one", found.string(),
                              folder.string()),
                  "move one of the two folders out of the set");
    }
    found = folder;
  }
  return found;
}

std::string note_on(const SetFolders& parts, bool test_by_name) {
  const auto name = [](const fs::path& folder) { return folder.filename().string(); };
  if (!parts.validation.empty()) {
    return fmt::format("{} is the validation part, {} the test part", name(parts.validation),
                       name(parts.test));
  }
  if (parts.test.empty()) {
    return fmt::format("{} is the only part: a share of it is held out as the test part",
                       name(parts.train));
  }
  if (test_by_name) return "";
  return fmt::format("{} is the test part, as no folder is named test", name(parts.test));
}

bool is_set(const fs::path& folder) {
  const auto entries = list_entries(folder);
  const auto has_image = [](const fs::path& path) {
    if (kind_of(path) != PathKind::kFolder) return false;
    const auto inner = list_entries(path);
    return std::any_of(inner.begin(), inner.end(), is_image_name);
  };
  const auto is_idx = [](const fs::path& path) { return is_idx_name(path.filename().string()); };
  return std::any_of(entries.begin(), entries.end(), is_idx) ||
         std::count_if(entries.begin(), entries.end(), has_image) > 1 ||
         find_set_folders(folder).in_parts;
}

}  // namespace

bool is_system_name(const std::string& name) {
  static const std::array<const char*, 7> kNames{"__macosx",    "thumbs.db", "ehthumbs.db",
                                                 "desktop.ini", "@eadir",    "$recycle.bin",
                                                 "lost+found"};
  const auto text = lower_case(name);
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](const char* known) { return text == known; });
}

std::vector<fs::path> list_entries(const fs::path& folder) {
  auto entries = list_folder(folder);
  entries.erase(
      std::remove_if(entries.begin(), entries.end(),
                     [](const fs::path& path) { return is_system_name(path.filename().string()); }),
      entries.end());
  return entries;
}

SetFolders find_set_folders(const fs::path& root) {
  const auto folders = folders_in(root);
  SetFolders parts;
  parts.train = find_part(folders, "train|training");
  if (parts.train.empty() || folders_in(parts.train).empty()) return {root, {}, {}, false};
  parts.validation = find_part(folders, "val|valid|validation|dev");
  parts.test = find_part(folders, "test|testing");
  const bool has_others = !parts.validation.empty() || !parts.test.empty();
  if (!has_others && folders.size() > 1) return {root, {}, {}, false};
  parts.in_parts = true;
  const bool test_by_name = !parts.test.empty();
  if (!test_by_name) std::swap(parts.test, parts.validation);
  parts.note = note_on(parts, test_by_name);
  return parts;
}

fs::path find_nested_set(const fs::path& root) {
  for (const auto& folder : folders_in(root)) {
    if (is_set(folder)) return folder;
  }
  for (const auto& folder : folders_in(root)) {
    for (const auto& inner : folders_in(folder)) {
      if (is_set(inner)) return inner;
    }
  }
  return {};
}

}  // namespace digits
