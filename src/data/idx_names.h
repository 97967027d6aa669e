// Finds a set's IDX files by MNIST's names and the variants that unzip programs write.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace digits {

enum class Part { kTrain, kTest };

// The names of a part's two files: "train-images-idx3-ubyte" and "train-labels-idx1-ubyte", or the
// "t10k" pair.
struct PartNames {
  std::string images;
  std::string labels;
};
PartNames part_names(Part part);

// Whether a file's name is one of the four names: with or without .gz, in any case, and with dots,
// underscores or spaces in place of dashes ("train-images.idx3-ubyte").
bool is_idx_name(const std::string& file_name);

// The path of the file `name` in `folder`; the exact name takes precedence over its variants, and a
// plain file over one with .gz. Throws input.missing; message and hint name files with similar
// names.
std::filesystem::path find_idx_file(const std::filesystem::path& folder, const std::string& name);

// The files in `folder` that find_idx_file() returns for no part.
std::vector<std::filesystem::path> unused_files(const std::filesystem::path& folder);

}  // namespace digits
