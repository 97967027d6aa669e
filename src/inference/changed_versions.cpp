#include "inference/changed_versions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace digits {

std::vector<VersionChange> changed_versions(const Json& before, const Json& now) {
  std::vector<VersionChange> changes;
  if (!before.is_object()) return changes;
  for (const char* library : {"libtorch", "onednn", "opencv", "blas", "zlib"}) {
    VersionChange change{library, before.value(library, ""), now.value(library, "")};
    if (change.before != change.now) changes.push_back(std::move(change));
  }
  return changes;
}

std::string to_string(const std::vector<VersionChange>& changes) {
  std::vector<std::string> texts;
  texts.reserve(changes.size());
  for (const auto& [library, before, now] : changes) {
    texts.push_back(fmt::format("{} {}, now {}", library, before.empty() ? "unknown" : before,
                                now.empty() ? "absent" : now));
  }
  return fmt::format("{}", fmt::join(texts, "; "));
}

}  // namespace digits
