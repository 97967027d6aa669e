// Faults of a set, and notes on it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"

namespace digits {

enum class Severity { kNote, kWarning, kError };  // ascending

// "note", "warning" or "error".
const char* to_string(Severity severity) noexcept;

// The severity that data.fail_on names, "warning" or "error"; anything else throws config.value.
Severity severity_of(const std::string& name);

// One kind of defect in a set, however many samples have it.
struct Finding {
  std::string code;  // "data.constant_image"
  Severity severity = Severity::kWarning;
  std::string message;             // what was seen and what was expected
  std::vector<std::size_t> first;  // the first few indices that have it
  std::string hint = {};           // what a person can do about it
};

// Throws when a finding is as severe as `fail_on`: the first error, else the first such finding, as
// an Error of its code and its hint.
void require_acceptable(const std::vector<Finding>& findings, Severity fail_on,
                        const std::string& name);

void to_json(Json& json, const Finding& finding);

}  // namespace digits
