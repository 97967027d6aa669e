// Parses the options that commands share; hides cxxopts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"

namespace cxxopts {
class Options;
class ParseResult;
}  // namespace cxxopts

namespace digits {

// The options that were given.
class ParsedOptions {
 public:
  bool has(const std::string& name) const;  // given on the command line
  bool on(const std::string& name) const;   // a flag: off with --name=false
  std::string text(const std::string& name) const;
  std::int64_t number(const std::string& name) const;
  // In [low, high], else throws usage.option.
  std::int64_t number(const std::string& name, std::int64_t low, std::int64_t high) const;
  double share(const std::string& name) const;  // in (0, 1], else throws usage.option

  // The words without a dash, at least one; or exactly one. Throw usage.argument with `expected`.
  std::vector<std::string> words(const std::string& expected) const;
  std::string word(const std::string& expected) const;

 private:
  friend class CommandOptions;
  std::string command_;  // for hints
  std::shared_ptr<const cxxopts::ParseResult> result_;
};

// A command's options. --help is added; `positional` describes the words without a dash.
class CommandOptions {
 public:
  CommandOptions(const std::string& command, const std::string& description,
                 const std::string& positional = "");

  // Adds one option: --name TEXT, --name N, with or without a default, a repeatable --name TEXT
  // (texts), or a flag --name.
  void text(const std::string& name, const std::string& help, const std::string& value_name);
  void text(const std::string& name, const std::string& help, const std::string& value_name,
            const std::string& value);
  void number(const std::string& name, const std::string& help);
  void number(const std::string& name, const std::string& help, std::int64_t value);
  void flag(const std::string& name, const std::string& help);

  // Options that several commands share.
  void add_machine();       // --seed, --threads, --device
  void add_set();           // --data, and how its files are read
  void add_config();        // --config, --preset, and the above
  void add_training();      // --epochs, --batch-size
  void add_digit_checks();  // --no-digit-checks
  void add_run();           // a new or a stopped run: the above, --out, --resume, --gates, ...
  void add_run_data();      // --data: the present place of a run's own set
  void add_json();          // --json
  void add_model();         // --model: the path for package_of
  void add_engine();        // --engine: the name for Package::load

  // Prints the help for --help and returns nothing. Throws usage.option for an unknown option or a
  // bad value, usage.argument for a stray word. Words after -- are never options.
  std::optional<ParsedOptions> parse(const Arguments& arguments);

 private:
  std::string hint_for(const Arguments& arguments) const;

  std::string command_;
  std::vector<std::string> names_{"help"};
  std::shared_ptr<cxxopts::Options> options_;
};

}  // namespace digits
