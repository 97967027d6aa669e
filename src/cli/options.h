// Options that the commands share; hides cxxopts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/commands.h"
#include "pipeline/config.h"
#include "pipeline/stages.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace digits {

// The options that were given.
class ParsedOptions {
 public:
  bool has(const std::string& name) const;  // given on the command line
  bool on(const std::string& name) const;   // a flag: not on with --name=false
  std::string text(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;  // each that was given
  std::int64_t number(const std::string& name) const;
  double share(const std::string& name) const;  // in (0, 1], else throws usage.option

  // The words without a dash, at least one; exactly one. Throw usage.argument naming what is
  // expected.
  std::vector<std::string> words(const std::string& expected) const;
  std::string word(const std::string& expected) const;

 private:
  friend class CommandOptions;
  std::shared_ptr<const cxxopts::ParseResult> result_;
};

// A command's options: its --help is added, and `positional` names what comes without a dash.
class CommandOptions {
 public:
  CommandOptions(const std::string& command, const std::string& description,
                 const std::string& positional = "");

  // One option: --name TEXT, --name N, with or without a default, --name TEXT that may be given
  // again (texts), or just --name.
  void text(const std::string& name, const std::string& help, const std::string& value_name);
  void text(const std::string& name, const std::string& help, const std::string& value_name,
            const std::string& value);
  void texts(const std::string& name, const std::string& help, const std::string& value_name);
  void number(const std::string& name, const std::string& help);
  void number(const std::string& name, const std::string& help, std::int64_t value);
  void flag(const std::string& name, const std::string& help);

  // Options that several commands share.
  void add_machine();       // --seed, --threads, --device
  void add_set();           // --data, and how its files are read
  void add_config();        // --config, --preset, and the above
  void add_training();      // --epochs, --batch-size
  void add_digit_checks();  // --no-digit-checks
  void add_run_path();      // --out: a new run directory; --resume: one to go on with; --gates
  void add_run_data();      // --data: where a run's own set lies by now
  void add_json();          // --json
  void add_model();         // --model: what package_of takes
  void add_engine();        // --engine: what Package::load takes
  void add_tensorboard();   // --tensorboard

  // Nothing when --help was asked for, and has been printed. Throws usage.option for an unknown
  // option or a bad value, usage.argument for a stray word. Words after -- are never options.
  std::optional<ParsedOptions> parse(const Arguments& arguments);

 private:
  std::string hint_for(const Arguments& arguments) const;

  std::string command_;
  bool has_words_;
  std::vector<std::string> names_{"help"};
  std::shared_ptr<cxxopts::Options> options_;
};

// Preset, then --config, then the flags: the later one wins. `base` stands in for the preset when
// none is named. Options that the command has not are not asked for.
Config config_from(const ParsedOptions& parsed, const Config& base);

// The package that --model means: a package's folder, a run's package, or the current version of a
// repository's model. Throws usage.option without --model, and package.missing for a run that has
// no package.
std::filesystem::path package_of(const ParsedOptions& parsed);

// Which run a command works on, and how.
struct RunRequest {
  Config config;               // resolved
  std::filesystem::path path;  // --out, or a new folder under runs/, or --resume
  RunOptions options;
};

// kDefaultPreset stands in when none is named; the run's own configuration when one is resumed.
// Throws usage.option for both --out and --resume.
RunRequest run_request(const ParsedOptions& parsed);

// The text as one word of a shell command, quoted where need be.
std::string shell_word(const std::string& text);

// The same error; when it is an interrupt after the run was begun, its hint is the command that
// goes on with it.
Error resumable(const Error& error, const std::string& command, const RunRequest& request);

// What `work` returns, which makes or resumes the run; its errors made resumable.
template <typename Work>
auto with_resume_hint(const std::string& command, const RunRequest& request, const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    throw resumable(error, command, request);
  }
}

}  // namespace digits
