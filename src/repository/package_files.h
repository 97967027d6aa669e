// Reads and writes a package's files as bytes, verified by SHA256SUMS.
#pragma once

#include <cstddef>
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
constexpr const char* kOnnxFile = "model.onnx";  // if the build has the exporter
constexpr const char* kSumsFile = "SHA256SUMS";

using PackageFiles = std::map<std::string, std::string>;  // name -> bytes, without SHA256SUMS
using PackageSums = std::map<std::string, std::string>;   // name -> SHA-256, in hexadecimal

// Letters, numbers, `.`, `_` and `-`, the first a letter or number, at most `longest`: a name that
// stays inside its folder, valid on every system.
bool is_plain_name(const std::string& name, std::size_t longest);

// The text of SHA256SUMS as `sha256sum` writes it: a line per file, sorted by name. Throws
// package.sums for a name that is not plain.
std::string format_sums(const PackageFiles& files);

// The inverse. Throws package.sums for text that format_sums does not write, and when a file that
// every package has is not listed.
PackageSums parse_sums(const std::string& text);

// The files that SHA256SUMS lists, and no other, each read once and compared with its sum. The
// bytes returned are the bytes compared: a later replacement of a file has no effect. Throws
//   package.missing     no such folder, no SHA256SUMS in it, or a listed file is missing
//   package.unreadable  one of these exists but cannot be read, or is too large
//   package.sums        as parse_sums
//   package.hash        a file's bytes differ; the message names the file
PackageFiles read_verified(const std::filesystem::path& folder);

// Writes the files and their SHA256SUMS into the existing `folder`; unsynced: StagedDirectory syncs
// the whole folder before it gets its name. Throws as write_file.
void write_files(const std::filesystem::path& folder, const PackageFiles& files);

}  // namespace digits
