#include "cli/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

// A list option is repeated for each value, so that a comma is an ordinary character. No argument
// can contain a NUL.
#define CXXOPTS_VECTOR_DELIMITER '\0'
#include <cxxopts.hpp>

#include "base/error.h"
#include "base/nearest.h"
#include "base/registry.h"
#include "cli/exchange_factory.h"
#include "inference/engine_factory.h"
#include "pipeline/config.h"
#include "pipeline/training_log.h"

namespace digits {

namespace {

// The name in "--name" and "--name=value"; empty for other words.
std::string long_name(const std::string& word) {
  if (word.rfind("--", 0) != 0) return {};
  return word.substr(2, word.find('=') - 2);
}

}  // namespace

bool ParsedOptions::has(const std::string& name) const { return result_->count(name) > 0; }

bool ParsedOptions::on(const std::string& name) const { return (*result_)[name].as<bool>(); }

std::string ParsedOptions::text(const std::string& name) const {
  return (*result_)[name].as<std::string>();
}

std::int64_t ParsedOptions::number(const std::string& name) const {
  return (*result_)[name].as<std::int64_t>();
}

std::int64_t ParsedOptions::number(const std::string& name, std::int64_t low,
                                   std::int64_t high) const {
  const auto value = number(name);
  if (value >= low && value <= high) return value;
  throw Error("usage.option", fmt::format("--{} {}, expected {} to {}", name, value, low, high),
              fmt::format("digits {} --help", command_));
}

double ParsedOptions::share(const std::string& name) const {
  const auto given = text(name);
  double value = 0.0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
  const bool whole = error == std::errc() && end == given.data() + given.size();
  if (whole && value > 0.0 && value <= 1.0) return value;
  throw Error("usage.option",
              fmt::format("--{} \"{}\", expected a share such as 0.99", name, given),
              "a share is above 0 and at most 1");
}

std::vector<std::string> ParsedOptions::words(const std::string& expected) const {
  if (result_->count("positional") == 0) {
    throw Error("usage.argument", fmt::format("no argument given, expected {}", expected),
                "put it after the options");
  }
  return (*result_)["positional"].as<std::vector<std::string>>();
}

std::string ParsedOptions::word(const std::string& expected) const {
  const auto all = words(expected);
  if (all.size() == 1) return all.front();
  throw Error("usage.argument", fmt::format("{} words given, expected {}", all.size(), expected),
              "give one at a time");
}

CommandOptions::CommandOptions(const std::string& command, const std::string& description,
                               const std::string& positional)
    : command_(command),
      options_(std::make_shared<cxxopts::Options>("digits " + command, description + "\n")) {
  options_->custom_help("[options]").positional_help(positional).set_width(100);
  options_->add_options()("h,help", "print this");
  if (!positional.empty()) {
    options_->add_options("hidden")("positional", "", cxxopts::value<std::vector<std::string>>());
    options_->parse_positional({"positional"});
  }
}

void CommandOptions::text(const std::string& name, const std::string& help,
                          const std::string& value_name) {
  names_.push_back(name);
  options_->add_options()(name, help, cxxopts::value<std::string>(), value_name);
}

void CommandOptions::text(const std::string& name, const std::string& help,
                          const std::string& value_name, const std::string& value) {
  names_.push_back(name);
  const auto with_default = cxxopts::value<std::string>()->default_value(value);
  options_->add_options()(name, help, with_default, value_name);
}

void CommandOptions::number(const std::string& name, const std::string& help) {
  names_.push_back(name);
  options_->add_options()(name, help, cxxopts::value<std::int64_t>(), "N");
}

void CommandOptions::number(const std::string& name, const std::string& help, std::int64_t value) {
  names_.push_back(name);
  const auto with_default = cxxopts::value<std::int64_t>()->default_value(fmt::format("{}", value));
  options_->add_options()(name, help, with_default, "N");
}

void CommandOptions::flag(const std::string& name, const std::string& help) {
  names_.push_back(name);
  options_->add_options()(name, help);
}

void CommandOptions::add_machine() {
  number("seed", "seed of every random decision");
  number("threads", "0: one per core");
  text("device", "auto, cpu or cuda", "NAME");
}

void CommandOptions::add_set() {
  text("data", "\"synthetic\", or a folder of IDX files or class folders", "DIR");
  number("first-label", "the smallest label in IDX files, if it is not 0");
  flag("invert", "invert images that are dark on light");
  flag("transpose", "exchange rows and columns, which EMNIST's images need");
  text("size",
       "bring the pictures in class folders to one size: 28x28 cuts a digit out of each, as "
       "predict does; 64x64x3 resizes the whole picture in colour",
       "ROWSxCOLS");
}

void CommandOptions::add_config() {
  text("config", "configuration file (TOML)", "FILE");
  text("preset", fmt::format("fast, standard or accurate (default: {})", kDefaultPreset), "NAME");
  add_set();
  text("fail-on", "lowest severity of a finding that stops the run: error or warning", "SEVERITY");
  add_machine();
}

void CommandOptions::add_training() {
  number("epochs",
         "number of passes over the training images (default: the preset's, more for a small set)");
  number("batch-size", "number of images in a step (default: the preset's, fewer for a small set)");
}

void CommandOptions::add_run() {
  add_config();
  add_training();
  text("out", "the run directory; must be new (default: a folder under runs/)", "DIR");
  text("gates", "the gates to pass, instead of configs/gates.toml", "FILE");
  add_digit_checks();
  text("data-date", "day of the set's newest images, for the package: 2026-01-31", "DAY");
  flag("private", "write no image of the set into the run and the package, but noise");
  text("resume", "continue a stopped run; the result is the same as without the stop", "RUN");
  for (const auto& log : registered<TrainingLog>()) flag(log.option, log.help);
  if (registered<ExchangeFactory>().empty()) return;
  for (const auto& factory : registered<ExchangeFactory>()) factory.add_options(*this);
  flag("allow-world-change", "with --resume: continue with another number of processes");
}

void CommandOptions::add_digit_checks() {
  flag("no-digit-checks",
       "the images are not handwritten digits: skip the tests of drawn ones, and take a missed "
       "bound for digits as undecided");
}

void CommandOptions::add_model() {
  text("model", "a run, a package, or a model of a repository (its current version)", "DIR");
}

void CommandOptions::add_engine() {
  text("engine", fmt::format("the engine that computes: {}", fmt::join(engine_names(), ", ")),
       "NAME", "auto");
}

void CommandOptions::add_run_data() {
  text("data", "folder of the run's set, if it has moved", "DIR");
}

void CommandOptions::add_json() { flag("json", "print one JSON object instead of the table"); }

std::optional<ParsedOptions> CommandOptions::parse(const Arguments& arguments) {
  std::vector<const char*> argv{command_.c_str()};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  try {
    ParsedOptions parsed;
    parsed.command_ = command_;
    parsed.result_ = std::make_shared<const cxxopts::ParseResult>(
        options_->parse(static_cast<int>(argv.size()), argv.data()));
    if (parsed.has("help")) {
      fmt::print("{}", options_->help({""}));
      return std::nullopt;
    }
    const auto& stray = parsed.result_->unmatched();
    if (stray.empty()) return parsed;
    throw Error("usage.argument", fmt::format("\"{}\" given, expected options only", stray.front()),
                fmt::format("digits {} --help", command_));
  } catch (const cxxopts::exceptions::exception& error) {
    throw Error("usage.option",
                fmt::format("{}; expected the options of `digits {}`", error.what(), command_),
                hint_for(arguments));
  }
}

// The hint about arguments that could not be parsed.
std::string CommandOptions::hint_for(const Arguments& arguments) const {
  for (const auto& word : arguments) {
    if (word == "--") break;
    const auto name = long_name(word);
    const bool known = std::find(names_.begin(), names_.end(), name) != names_.end();
    const auto meant = name.empty() || known ? std::nullopt : nearest(name, names_);
    if (meant) return fmt::format("did you mean --{}?", *meant);
  }
  return fmt::format("digits {} --help", command_);
}

}  // namespace digits
