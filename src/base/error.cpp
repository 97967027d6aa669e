#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/printable.h"

namespace digits {

int exit_status(std::string_view code) noexcept {
  constexpr std::array<std::pair<std::string_view, int>, 18> kFamilies{{
      {"usage", kUsage},            // wrong option or argument
      {"config", kUsage},           // bad configuration file or value
      {"device", kUsage},           // the requested device is absent
      {"engine", kUsage},           // the requested inference engine is absent
      {"output", kUsage},           // the place to write to cannot be used
      {"input", kBadData},          // missing or unreadable input file
      {"idx", kBadData},            // malformed IDX file
      {"data", kBadData},           // validation rejects the set
      {"image", kBadData},          // an image file that cannot be decoded
      {"gate", kGateFailed},        // the model is not good enough
      {"train", kGateFailed},       // training diverged
      {"drift", kGateFailed},       // the set differs from the training set
      {"package", kBadPackage},     // a package that differs from the tested one
      {"repository", kBadPackage},  // no such model in the repository, or another schema
      {"checkpoint", kBadPackage},  // a checkpoint that cannot be used
      {"disk", kInternalError},     // the machine failed, not the person: full disk, I/O error
      {"doctor", kInternalError},   // this machine, or a library on it, is at fault
      {"interrupted", kInterrupted},
  }};
  const auto family = code.substr(0, code.find('.'));
  const auto* const found = std::find_if(kFamilies.begin(), kFamilies.end(),
                                         [&](const auto& entry) { return entry.first == family; });
  return found == kFamilies.end() ? static_cast<int>(kInternalError) : found->second;
}

std::string one_line(const Error& error) {
  auto line = fmt::format("digits: {}: {}", error.code(), error.what());
  if (!error.hint().empty()) line += fmt::format(" (hint: {})", error.hint());
  return printable(line);
}

}  // namespace digits
