// What the commands' options have in common.
#pragma once

#include <cxxopts.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "pipeline/config.h"

namespace digits {

// A command's options: its --help is added, and `positional` names what comes without a dash.
class CommandOptions {
 public:
  CommandOptions(const std::string& command, const std::string& description,
                 const std::string& positional = "");

  // One option: --name TEXT, --name N, with or without a default, or just --name.
  void text(const std::string& name, const std::string& help, const std::string& value_name);
  void number(const std::string& name, const std::string& help);
  void number(const std::string& name, const std::string& help, std::int64_t value);
  void flag(const std::string& name, const std::string& help);

  // Options that several commands share.
  void add_config();    // --config, --preset and what add_machine and --data, --seed add
  void add_machine();   // --threads, --device
  void add_run_path();  // --out: a new run directory
  void add_json();      // --json

  // Nothing when --help was asked for, and has been printed. Throws usage.option for an unknown
  // option or a bad value, usage.argument for a stray word.
  std::optional<cxxopts::ParseResult> parse(const Arguments& arguments);

 private:
  std::string command_;
  std::string positional_;
  cxxopts::Options options_;
};

// Preset, then --config, then the flags: the later one wins. `base` stands in for the preset when
// none is named. Options that the command has not are not asked for.
Config config_from(const cxxopts::ParseResult& parsed, const Config& base);

// --out, or a new folder under runs/.
std::filesystem::path run_path(const cxxopts::ParseResult& parsed, const Config& config);

// The positional words, at least one. Throws usage.argument naming what is expected.
std::vector<std::string> positional_from(const cxxopts::ParseResult& parsed,
                                         const std::string& expected);

// The one positional word. Throws usage.argument.
std::string single_positional_from(const cxxopts::ParseResult& parsed, const std::string& expected);

}  // namespace digits
