// Keeps the versions of a named model in a repository, in the layout of the Triton Inference
// Server:
//
//   models/NAME/config.pbtxt  inputs, outputs and the version to serve, for Triton
//   models/NAME/current.json  the version in use, and the versions in use before it
//   models/NAME/1/, 2/, ...   packages; a number is never used again
//
// Functions that change a model hold its lock, so several processes may call them. Readers need no
// lock, since files and folders appear and vanish whole.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace digits {

// A plain name (package_files.h) of at most 64 characters.
bool is_model_name(const std::string& name);

// The number in a folder's name, as Triton reads it: digits without a leading 0, at most 10^9; else
// 0.
int version_number(const std::string& name);

class ModelFolder {
 public:
  // Does not access the disk. Throws repository.name.
  ModelFolder(const std::filesystem::path& repository, const std::string& name);

  const std::string& name() const { return name_; }
  std::filesystem::path path_of(int version) const;

  // The versions on disk, ascending; none when there is no such model.
  std::vector<int> versions() const;

  // Whether there are packages but no current.json: the writer of a first package was killed, or
  // the file was removed. Then no version is in use; promote() selects one.
  bool lost_current() const;

  // The version in use. Throws repository.missing when there is no such model, and
  // repository.malformed when lost_current().
  int current() const;

  // The target of rollback().
  std::optional<int> previous() const;

  // Functions that change a model throw repository.malformed before any change when the version
  // policy of config.pbtxt is ambiguous; and, except promote(), when lost_current().

  // Adds a package as the next version: `write` makes it in the given folder, whole or not at all
  // (as write_package does). The first version becomes current. When `write` throws, there is no
  // new version. Throws repository.mismatch when the schema differs from the model's other
  // versions: users of the model rely on sizes and classes.
  int add(const Schema& schema, const std::function<void(const std::filesystem::path&)>& write);

  // Makes `version` current, if its files match their sums. Throws repository.missing when there is
  // no such version, and as read_verified.
  void promote(int version);

  // Makes the previously current version current again, and returns it; each further call goes one
  // version further back. Throws repository.missing when there is no earlier version, and as
  // read_verified.
  int rollback();

  // Removes all versions except the `keep` newest, the current one and the target of rollback().
  // Returns the removed versions.
  std::vector<int> prune(int keep);

 private:
  // current.json.
  struct State {
    Schema schema;
    int current = 0;           // 0: none yet
    std::vector<int> history;  // versions that were current before, the latest last
    int last = 0;              // the highest number used so far, as far as known
  };

  std::optional<State> read_state() const;
  State require_state() const;
  std::string config_for(const State& state) const;
  void write_state(const State& state) const;
  void change(const std::function<void(State&)>& change) const;
  std::optional<int> previous_of(const State& state) const;
  void require_whole(int version) const;
  void restore(int version) const;
  int highest(int last) const;  // of `last` and the versions on disk

  std::filesystem::path path_;
  std::string name_;
};

// The models of a repository, by name. Throws repository.missing when there is no such folder.
std::vector<ModelFolder> models_in(const std::filesystem::path& repository);

// The package at `path`: the current version if it is a model of a repository, else the folder
// itself. Throws repository.malformed or repository.schema when current.json was edited.
std::filesystem::path package_folder(const std::filesystem::path& path);

}  // namespace digits
