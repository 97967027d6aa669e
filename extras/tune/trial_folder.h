// Keeps the finished trials of a search in a folder, so that a stopped search continues.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/descriptor.h"
#include "tune/trial.h"

namespace digits {

// What all trials of a folder have in common.
struct SearchIdentity {
  std::string command;  // "tune" or "ablate"
  Config base;          // with the seed
  std::string data;     // fingerprint of the training set
  std::string choices;  // the space, or the list of changes, as text
};

// search.json, and a file for each finished trial, written whole or not at all. One process at a
// time works on a folder.
class TrialFolder {
 public:
  // Creates the folder, or opens one of the same search. Throws output.exists for a folder with
  // other files, output.busy while another process works on it, config.changed and data.changed for
  // another search, input.malformed and input.schema for a damaged search.json, and
  // output.unwritable.
  TrialFolder(const std::filesystem::path& path, const SearchIdentity& identity);

  // The result of a finished trial. Throws config.changed when the file holds another trial, and
  // input.malformed and input.schema.
  std::optional<TrialResult> find(const Trial& trial) const;

  // Throws output.unwritable and disk.*.
  void save(const Trial& trial, const TrialResult& result) const;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path file_of(const Trial& trial) const;

  std::filesystem::path path_;
  Descriptor lock_;
};

}  // namespace digits
