#include "data/finding.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"

namespace digits {

const char* to_string(Severity severity) noexcept {
  constexpr std::array<const char*, 3> kNames{"note", "warning", "error"};  // ascending
  return kNames[static_cast<std::size_t>(severity)];
}

Severity severity_of(const std::string& name) {
  if (name == "error") return Severity::kError;
  if (name == "warning") return Severity::kWarning;
  throw Error("config.value", fmt::format("severity \"{}\", expected error or warning", name),
              "set data.fail_on or --fail-on to one of them");
}

void require_acceptable(const std::vector<Finding>& findings, Severity fail_on,
                        const std::string& name) {
  for (const auto least : {Severity::kError, fail_on}) {
    for (const auto& finding : findings) {
      if (finding.severity < least) continue;
      const auto& hint = finding.hint.empty() ? "correct the set" : finding.hint;
      throw Error(finding.code, fmt::format("{}: {}", name, finding.message), hint);
    }
  }
}

void to_json(Json& json, const Finding& finding) {
  json = Json{{"code", finding.code},
              {"severity", to_string(finding.severity)},
              {"message", finding.message},
              {"first", finding.first}};
  if (!finding.hint.empty()) json["hint"] = finding.hint;
}

}  // namespace digits
