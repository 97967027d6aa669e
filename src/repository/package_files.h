// The files of a package as bytes, and SHA256SUMS, which says that they are those that were tested.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace digits {

constexpr const char* kPackageFamily = "package";  // of the error codes about a package

constexpr const char* kModelFile = "model.pt";
constexpr const char* kWeightsFile = "model.safetensors";
constexpr const char* kGoldenFile = "golden.safetensors";
constexpr const char* kManifestFile = "manifest.json";
constexpr const char* kProfileFile = "profile.json";
constexpr const char* kCardFile = "README.md";
constexpr const char* kOnnxFile = "model.onnx";  // where the build has the exporter
constexpr const char* kSumsFile = "SHA256SUMS";

using PackageFiles = std::map<std::string, std::string>;  // name -> bytes, without SHA256SUMS
using PackageSums = std::map<std::string, std::string>;   // name -> SHA-256, in hexadecimal

// The text of SHA256SUMS as `sha256sum` writes it: a line per file, sorted by name. Throws
// package.sums for a name that is more than letters, digits, `.`, `_` and `-`, or begins with a
// dot.
std::string format_sums(const PackageFiles& files);

// Back. Throws package.sums for anything that format_sums does not write, and when one of the files
// that every package has is not in it.
PackageSums parse_sums(const std::string& text);

// The files that SHA256SUMS lists, and no other, each read once and compared with its sum. The
// bytes returned are the bytes compared: a file that is swapped afterwards has no effect. Throws
//   package.missing     no such folder, no SHA256SUMS in it, or no file that it lists
//   package.unreadable  one of these is there and cannot be read, or is too large
//   package.sums        as parse_sums
//   package.hash        naming the file whose bytes are others
PackageFiles read_verified(const std::filesystem::path& folder);

// Writes the files and their SHA256SUMS into `folder`, which is there; unsynced: StagedDirectory
// syncs the whole folder before it gets its name. Throws as write_file.
void write_files(const std::filesystem::path& folder, const PackageFiles& files);

}  // namespace digits
