// Describes the defects of a set, and notes on it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"

namespace digits {

enum class Severity { kNote, kWarning, kError };  // ascending

// "note", "warning" or "error".
const char* to_string(Severity severity) noexcept;

// The severity named by data.fail_on, "warning" or "error"; any other name throws config.value.
Severity severity_of(const std::string& name);

// One kind of defect in a set, for any number of samples.
struct Finding {
  std::string code;  // "data.constant_image"
  Severity severity = Severity::kWarning;
  std::string message;                  // the seen and the expected value
  std::string hint = {};                // the next step for a person
  std::vector<std::size_t> first = {};  // the first few affected indices
};

// Throws when a finding is at least as severe as `fail_on`: the first error, else the first such
// finding, as an Error with its code and its hint.
void require_acceptable(const std::vector<Finding>& findings, Severity fail_on,
                        const std::string& name);

void to_json(Json& json, const Finding& finding);

}  // namespace digits
