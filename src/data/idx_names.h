// The names of a set's IDX files: MNIST's, and those that unzip programs make of them.
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

// The path of the file `name` in `folder`; the exact name is preferred to its variants, and a plain
// file to one with .gz. Throws input.missing, with the files of similar names in message and hint.
std::filesystem::path find_idx_file(const std::filesystem::path& folder, const std::string& name);

// The files in `folder` that find_idx_file() returns for no part.
std::vector<std::filesystem::path> unused_files(const std::filesystem::path& folder);

}  // namespace digits
