// Examines this machine, and checks whether its libraries compute correctly. One JSON document for
// programs, and one page of it for a person and a bug report. No Torch in this header.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace digits {

constexpr const char* kDoctorSchema = "digits.doctor/2";

// Examines the machine for a second or two.
Json examine();

// The faults in a document of examine(), one sentence each; empty on a machine without faults.
std::vector<std::string> problems_in(const Json& document);

// The page, for a terminal of 80 columns.
std::string doctor_page(const Json& document, const std::vector<std::string>& problems);

// Throws doctor.problems (exit status 1) when there are any.
void require_healthy(const std::vector<std::string>& problems);

}  // namespace digits
