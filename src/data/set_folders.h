// Finds the parts of a set of class folders.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace digits {

// Whether an operating system or a program leaves entries of this name in folders: __MACOSX,
// Thumbs.db, desktop.ini, ... They belong to no set.
bool is_system_name(const std::string& name);

// The entries of a folder sorted by name, without hidden ones and those of system names.
std::vector<std::filesystem::path> list_entries(const std::filesystem::path& folder);

// The parts of a set; an empty path for an absent part.
struct SetFolders {
  std::filesystem::path train;
  std::filesystem::path validation;
  std::filesystem::path test;
  bool in_parts = false;  // else `train` is the set's own folder
  std::string note = {};  // the folder of each part, where the names are ambiguous
};

// Finds the parts in `root` by their names, in any case: train, training; val, valid, validation,
// dev; test, testing; each of them also followed by "set". With a validation part but no test part,
// the validation part becomes the test part. A set whose only folder is the training part has one
// part. Throws data.ambiguous when two folders have one part's names.
SetFolders find_set_folders(const std::filesystem::path& root);

// A folder at most two levels below `root` that holds a set; empty when there is none.
std::filesystem::path find_nested_set(const std::filesystem::path& root);

}  // namespace digits
