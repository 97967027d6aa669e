// Lists the commands and runs one: `digits <command> [options]`.
#pragma once

#include <string>
#include <vector>

namespace digits {

struct Extras;  // cli/extras.h

// Words after the command's name.
using Arguments = std::vector<std::string>;

// A command takes its words, prints results on stdout and progress on stderr, and returns an exit
// status or throws an Error.
int command_run(const Arguments& arguments);
int command_synth(const Arguments& arguments);
int command_inspect(const Arguments& arguments);
int command_train(const Arguments& arguments);
int command_evaluate(const Arguments& arguments);
int command_check(const Arguments& arguments);
int command_report(const Arguments& arguments);
int command_package(const Arguments& arguments);
int command_models(const Arguments& arguments);
int command_predict(const Arguments& arguments);
int command_drift(const Arguments& arguments);
int command_doctor(const Arguments& arguments);

struct Command {
  const char* name;
  const char* summary;
  int (*run)(const Arguments& arguments);
};

// The commands of the core and those of the program's extras.
const std::vector<Command>& commands();

// Runs the command named by words[0], with the following words. Throws usage.command, naming the
// known commands; `program` ("digits") is for the hint.
int run_one_of(const std::vector<Command>& commands, const Arguments& words,
               const std::string& program);

// One line each, as --help has them.
void print_commands(const std::vector<Command>& commands);

// The content of main: registers the extras, finds the command, turns every exception into one line
// on stderr and its exit status.
int run_command_line(int argc, const char* const* argv, Extras extras);

}  // namespace digits
