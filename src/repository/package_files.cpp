#include "repository/package_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/sha256.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

// Files that every package has; model.onnx, the model card and further files are listed if present.
constexpr const char* kRequired[] = {kModelFile, kWeightsFile, kGoldenFile, kManifestFile,
                                     kProfileFile};
constexpr std::size_t kHashDigits = 64;
constexpr const char* kBetween = "  ";  // two spaces: sha256sum's text mode

Error sums_error(const std::string& message) {
  return {"package.sums", fmt::format("{}: {}", kSumsFile, message),
          "get the package again: without its sums no file in it can be trusted"};
}

bool is_file_name(const std::string& name) { return is_plain_name(name, 255) && name != kSumsFile; }

bool is_hash(const std::string& text) {
  return text.size() == kHashDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string read(const fs::path& path) {
  try {
    return read_file(path);
  } catch (const Error& error) {
    if (error.code() == "input.missing" || error.code() == "input.not_a_file") {
      throw Error("package.missing", error.what(),
                  "name a package, such as RUN/package, or a model of a repository: models/NAME");
    }
    throw Error("package.unreadable", error.what(),
                "check the permissions along the path and the disk; or get the package again");
  }
}

}  // namespace

bool is_plain_name(const std::string& name, std::size_t longest) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= longest && std::all_of(name.begin(), name.end(), plain) &&
         std::isalnum(static_cast<unsigned char>(name.front())) != 0;
}

std::string format_sums(const PackageFiles& files) {
  std::string text;
  for (const auto& [name, bytes] : files) {
    if (!is_file_name(name)) throw sums_error(fmt::format("\"{}\", expected a file name", name));
    text += sha256(bytes) + kBetween + name + "\n";
  }
  return text;
}

PackageSums parse_sums(const std::string& text) {
  PackageSums sums;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const bool ends = !lines.eof();  // with a newline
    const auto hash = line.substr(0, kHashDigits);
    const auto name = line.size() > kHashDigits + 2 ? line.substr(kHashDigits + 2) : std::string();
    const bool whole =
        ends && is_hash(hash) && line.compare(kHashDigits, 2, kBetween) == 0 && is_file_name(name);
    if (!whole || !sums.emplace(name, hash).second) {
      throw sums_error(
          fmt::format("line {} is damaged, expected a SHA-256, two spaces and a new file name",
                      sums.size() + 1));
    }
  }
  for (const char* name : kRequired) {
    if (sums.count(name) == 0) throw sums_error(fmt::format("{} is not listed", name));
  }
  return sums;
}

PackageFiles read_verified(const fs::path& folder) {
  const auto sums = parse_sums(read(folder / kSumsFile));
  PackageFiles files;
  for (const auto& sum : sums) files[sum.first] = read(folder / sum.first);
  for (const auto& [name, hash] : sums) {
    const auto seen = sha256(files.at(name));
    if (seen == hash) continue;
    throw Error("package.hash",
                fmt::format("{}: SHA-256 {}, expected {} as in {}", (folder / name).string(),
                            seen.substr(0, 12), hash.substr(0, 12), kSumsFile),
                "the file is not the one that was packaged: get the package again");
  }
  return files;
}

void write_files(const fs::path& folder, const PackageFiles& files) {
  const auto sums = format_sums(files);  // rejects bad names before any write
  for (const auto& [name, bytes] : files) write_file(folder / name, bytes, Durability::kUnsynced);
  write_file(folder / kSumsFile, sums, Durability::kUnsynced);
}

}  // namespace digits
