// argv -> command table; everything else is in cli/.
#include "cli/commands.h"

int main(int argc, char** argv) { return digits::run_command_line(argc, argv); }
