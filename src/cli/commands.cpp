#include "cli/commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/registry.h"
#include "cli/extras.h"
#include "inference/version.h"

namespace digits {

namespace {

void print_overview() {
  fmt::print(
      "digits: train, test, package and run an image classifier\n\n"
      "Usage: digits <command> [options]\n\nCommands:\n");
  print_commands(commands());
  fmt::print(
      "\n`digits <command> --help` explains a command; `digits --version` lists library versions.\n"
      "Exit statuses: 0 done, 1 internal error or disk failure, 2 usage, 3 bad input data, "
      "4 a gate failed\nor drift, 5 bad package, model repository or checkpoint, 130 "
      "interrupted.\n");
}

void print_versions() {
  const auto all = versions();
  for (const auto& [key, value] : all.items()) {
    if (value.is_array()) {
      fmt::print("{:<14} {}\n", key, fmt::join(value.get<std::vector<std::string>>(), " "));
    } else {
      fmt::print("{:<14} {}\n", key, value.get<std::string>());
    }
  }
}

int dispatch(const Arguments& words) {
  if (words.size() > 1 && words[0] == "help") {
    return run_one_of(commands(), {words[1], "--help"}, "digits");
  }
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    print_overview();
    return words.empty() ? kUsage : kDone;
  }
  if (words[0] == "--version") {
    print_versions();
    return kDone;
  }
  return run_one_of(commands(), words, "digits");
}

Error output_error() {
  return {"disk.full", "standard output: could not be written", "is its disk full?"};
}

// Results are buffered, so a full disk may show only here.
void flush_results() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) throw output_error();
}

int report(const Error& error) {
  std::fputs((one_line(error) + "\n").c_str(), stderr);  // stderr may be closed: the error is lost
  return exit_status(error.code());
}

const std::vector<Command>& core_commands() {
  static const std::vector<Command> all{
      {"run", "run the whole pipeline: data to verified package", command_run},
      {"synth", "write a synthetic set as IDX files", command_synth},
      {"inspect", "validate and describe a set", command_inspect},
      {"train", "train into a new run directory", command_train},
      {"evaluate", "measure a run's checkpoint on its test set", command_evaluate},
      {"check", "judge an evaluated run by its gates", command_check},
      {"report", "write a run's report.html and its plots", command_report},
      {"package", "check the gates and package a run's model", command_package},
      {"models", "list, promote, roll back and prune packaged models", command_models},
      {"predict", "classify image files, folders or IDX files", command_predict},
      {"drift", "compare a set with a package's training set", command_drift},
      {"doctor", "describe this machine and check its libraries", command_doctor},
  };
  return all;
}

std::vector<Command>& registered_commands() {
  static std::vector<Command> all = core_commands();
  return all;
}

void register_extras(Extras extras) {
  registered_commands() = core_commands();
  registered_commands().insert(registered_commands().end(), extras.commands.begin(),
                               extras.commands.end());
  registered<EngineFactory>() = std::move(extras.engines);
  registered<PackageFile>() = std::move(extras.package_files);
  registered<TrainingLog>() = std::move(extras.training_logs);
  registered<ExchangeFactory>() = std::move(extras.exchanges);
  set_picture_reader(std::move(extras.picture_reader));
}

}  // namespace

const std::vector<Command>& commands() { return registered_commands(); }

int run_one_of(const std::vector<Command>& commands, const Arguments& words,
               const std::string& program) {
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const Command& command) { return words[0] == command.name; });
  if (found != commands.end()) return found->run({words.begin() + 1, words.end()});
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const auto& command : commands) names.emplace_back(command.name);
  const auto meant = nearest(words[0], names);
  throw Error(
      "usage.command",
      fmt::format("no command \"{}\", expected one of: {}", words[0], fmt::join(names, ", ")),
      meant ? fmt::format("did you mean `{} {}`?", program, *meant) : program + " --help");
}

void print_commands(const std::vector<Command>& commands) {
  for (const auto& command : commands) fmt::print("  {:<10} {}\n", command.name, command.summary);
}

int run_command_line(int argc, const char* const* argv, Extras extras) {
  register_extras(std::move(extras));
  start_logging();
  catch_interrupts();
  try {
    const int status = dispatch({argv + std::min(argc, 1), argv + argc});
    flush_results();
    return status;
  } catch (const Error& error) {
    std::fflush(stdout);
    return report(error);
  } catch (const std::exception& error) {
    if (std::ferror(stdout) != 0) return report(output_error());  // fmt::print could not write
    const std::string text = error.what();  // LibTorch's messages end with a backtrace
    return report({"internal", text.substr(0, text.find('\n')), "this is a bug: please report it"});
  }
}

}  // namespace digits
