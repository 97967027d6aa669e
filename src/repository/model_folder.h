// A named model in a repository, in the layout of the Triton Inference Server:
//
//   models/NAME/config.pbtxt  inputs, outputs and the version to serve, for Triton
//   models/NAME/current.json  the version in use, and those that were before it
//   models/NAME/1/, 2/, ...   packages; a number is given once and never again
//
// What changes a model holds its lock, so several processes may; what reads it needs none, since
// files and folders appear and vanish whole.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace digits {

// Letters, digits, `.`, `_` and `-`, the first a letter or digit, at most 64: a folder's name
// anywhere.
bool is_model_name(const std::string& name);

class ModelFolder {
 public:
  // Touches nothing. Throws repository.name.
  ModelFolder(const std::filesystem::path& repository, const std::string& name);

  const std::string& name() const { return name_; }
  std::filesystem::path path_of(int version) const;

  // Those that are there, ascending; none when there is no such model.
  std::vector<int> versions() const;

  // Whether there are packages and no current.json: a first package's writer was killed, or the
  // file was removed. No version is in use then; promote() makes one so.
  bool lost_current() const;

  // The version in use. Throws repository.missing when there is no such model, and
  // repository.malformed when lost_current().
  int current() const;

  // Where rollback() would go.
  std::optional<int> previous() const;

  // What changes a model throws repository.malformed before it does, when config.pbtxt has a
  // version policy that cannot be told; and, but for promote(), when lost_current().

  // Adds the package that `write` makes in the folder that it is handed, whole or not at all
  // (write_package does), as the next version. The first one becomes current. When `write` throws,
  // there is no new version. Throws repository.mismatch when the model's versions have another
  // schema: who uses the model relies on sizes and classes.
  int add(const Schema& schema, const std::function<void(const std::filesystem::path&)>& write);

  // Makes `version` current, if its files are those of its sums. Throws repository.missing when
  // there is no such version, and as read_verified.
  void promote(int version);

  // Makes current what was so before, and returns it; again, and it goes back further. Throws
  // repository.missing when there is nothing to go back to, and as read_verified.
  int rollback();

  // Removes all versions but the `keep` newest, the current one and the one that rollback() would
  // go to. Returns what it removed.
  std::vector<int> prune(int keep);

 private:
  // current.json.
  struct State {
    Schema schema;
    int current = 0;           // 0: none yet
    std::vector<int> history;  // was current before, the latest last
    int last = 0;              // the highest number ever given, as far as it is known
  };

  std::optional<State> read_state() const;
  State require_state() const;
  std::string config_for(const State& state) const;
  void write_state(const State& state) const;
  void change(const std::function<void(State&)>& change) const;
  std::optional<int> previous_of(const State& state) const;
  void require_whole(int version) const;
  void restore(int version) const;
  int highest(int last) const;  // of `last` and the versions there are

  std::filesystem::path path_;
  std::string name_;
};

// The models of a repository, by name. Throws repository.missing when there is no such folder.
std::vector<ModelFolder> models_in(const std::filesystem::path& repository);

// The package that a person means by `path`: the current version where it is a model of a
// repository, else the folder itself. Throws repository.malformed or repository.schema when
// current.json was edited.
std::filesystem::path package_folder(const std::filesystem::path& path);

}  // namespace digits
