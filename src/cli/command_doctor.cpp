// Runs `digits doctor`: prints the examination of this machine.
#include <fmt/format.h>

#include "cli/options.h"
#include "cli/output.h"
#include "model/device.h"
#include "pipeline/doctor.h"

namespace digits {

int command_doctor(const Arguments& arguments) {
  CommandOptions options("doctor",
                         "Describes this machine and checks whether the libraries below compute "
                         "correctly on it, for a person and a bug report. Exits with 1 when "
                         "something is wrong.");
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;

  set_threads(0);
  auto document = examine();
  const auto problems = problems_in(document);
  document["problems"] = problems;
  if (parsed->has("json")) {
    print_json(with_schema(kDoctorSchema, document));
  } else {
    fmt::print("{}", doctor_page(document, problems));
  }
  require_healthy(problems);
  return kDone;
}

}  // namespace digits
