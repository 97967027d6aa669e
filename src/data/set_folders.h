// Where the parts of a set of class folders lie.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace digits {

// Whether an operating system or a program leaves entries of this name in folders of other
// content: __MACOSX, Thumbs.db, desktop.ini, ... They are no part of any set.
bool is_system_name(const std::string& name);

// The entries of a folder by name, without hidden ones and those of system names.
std::vector<std::filesystem::path> list_entries(const std::filesystem::path& folder);

// The parts of a set; an empty path for a part that the set has not.
struct SetFolders {
  std::filesystem::path train;
  std::filesystem::path validation;
  std::filesystem::path test;
  bool in_parts = false;  // else `train` is the set's own folder
  std::string note = {};  // which folder is which part, where the names leave it open
};

// Finds the parts in `root` by their names, in any case: train, training; val, valid, validation,
// dev; test, testing; each of them also with "set" behind it. With a validation part but no test
// part, the validation part becomes the test part. A set of which the only folder is the training
// part has that one part. Throws data.ambiguous when two folders stand for one part.
SetFolders find_set_folders(const std::filesystem::path& root);

// A folder below `root`, at most two levels deep, that holds a set; empty when there is none.
std::filesystem::path find_nested_set(const std::filesystem::path& root);

}  // namespace digits
