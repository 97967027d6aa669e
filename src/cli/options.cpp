#include "cli/options.h"

#include <fmt/format.h>

#include "base/error.h"
#include "pipeline/run_directory.h"

namespace digits {

CommandOptions::CommandOptions(const std::string& command, const std::string& description,
                               const std::string& positional)
    : command_(command), positional_(positional), options_("digits " + command, description) {
  options_.custom_help("[options]").positional_help(positional).set_width(100);
  options_.add_options()("h,help", "print this");
  if (!positional.empty()) {
    options_.add_options("hidden")("positional", "", cxxopts::value<std::vector<std::string>>());
    options_.parse_positional({"positional"});
  }
}

void CommandOptions::text(const std::string& name, const std::string& help,
                          const std::string& value_name) {
  options_.add_options()(name, help, cxxopts::value<std::string>(), value_name);
}

void CommandOptions::number(const std::string& name, const std::string& help) {
  options_.add_options()(name, help, cxxopts::value<std::int64_t>(), "N");
}

void CommandOptions::number(const std::string& name, const std::string& help, std::int64_t value) {
  const auto with_default = cxxopts::value<std::int64_t>()->default_value(fmt::format("{}", value));
  options_.add_options()(name, help, with_default, "N");
}

void CommandOptions::flag(const std::string& name, const std::string& help) {
  options_.add_options()(name, help);
}

void CommandOptions::add_config() {
  text("config", "configuration file (TOML)", "FILE");
  text("preset", "fast, standard or accurate", "NAME");
  text("data", "\"synthetic\", or a folder of IDX files", "DIR");
  number("seed", "of every random decision");
  add_machine();
}

void CommandOptions::add_machine() {
  number("threads", "0: one per core");
  text("device", "auto, cpu or cuda", "NAME");
}

void CommandOptions::add_run_path() {
  text("out", "the run directory; must be new (default: a folder under runs/)", "DIR");
}

void CommandOptions::add_json() { flag("json", "print one JSON object instead of the table"); }

std::optional<cxxopts::ParseResult> CommandOptions::parse(const Arguments& arguments) {
  std::vector<const char*> argv{command_.c_str()};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  const auto hint = fmt::format("digits {} --help", command_);
  try {
    auto parsed = options_.parse(static_cast<int>(argv.size()), argv.data());
    if (parsed.count("help") > 0) {
      fmt::print("{}", options_.help({""}));
      return std::nullopt;
    }
    if (!parsed.unmatched().empty()) {
      throw Error("usage.argument",
                  fmt::format("\"{}\" given, expected options only", parsed.unmatched().front()),
                  hint);
    }
    return parsed;
  } catch (const cxxopts::exceptions::exception& error) {
    throw Error("usage.option", fmt::format("{}, expected an option of this command", error.what()),
                hint);
  }
}

Config config_from(const cxxopts::ParseResult& parsed, const Config& base) {
  Config config =
      parsed.count("preset") > 0 ? preset_config(parsed["preset"].as<std::string>()) : base;
  if (parsed.count("config") > 0) config = load_config(parsed["config"].as<std::string>(), config);
  const auto override_with = [&](const char* name, auto& value) {
    if (parsed.count(name) > 0) value = parsed[name].as<std::decay_t<decltype(value)>>();
  };
  override_with("data", config.data.source);
  override_with("seed", config.seed);
  override_with("threads", config.threads);
  override_with("device", config.device);
  // Reading it back checks the flags' values as a file's.
  return parse_config(to_toml(config), "options", config);
}

std::filesystem::path run_path(const cxxopts::ParseResult& parsed, const Config& config) {
  if (parsed.count("out") > 0) return parsed["out"].as<std::string>();
  return RunDirectory::default_path(config.seed);
}

std::vector<std::string> positional_from(const cxxopts::ParseResult& parsed,
                                         const std::string& expected) {
  if (parsed.count("positional") == 0) {
    throw Error("usage.argument", fmt::format("nothing given, expected {}", expected),
                "put it after the options");
  }
  return parsed["positional"].as<std::vector<std::string>>();
}

std::string single_positional_from(const cxxopts::ParseResult& parsed,
                                   const std::string& expected) {
  const auto words = positional_from(parsed, expected);
  if (words.size() != 1) {
    throw Error("usage.argument",
                fmt::format("{} words given, expected {}", words.size(), expected),
                "one at a time");
  }
  return words.front();
}

}  // namespace digits
