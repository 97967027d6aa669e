#include "inference/version.h"

#include <fmt/format.h>
#include <openssl/opensslv.h>
#include <spdlog/version.h>
#include <toml++/toml.h>
#include <zlib.h>

#include <opencv2/core/utility.hpp>

#include "model/device.h"
#include "model/numerics.h"

namespace digits {

namespace {

std::string dotted(int major, int minor, int patch) {
  return fmt::format("{}.{}.{}", major, minor, patch);
}

}  // namespace

Json versions() {
  const auto torch = torch_info();
  return Json{{"digits", DIGITS_VERSION},
              {"revision", DIGITS_GIT_REVISION},
              {"libtorch", torch.version},
              {"onednn", onednn_version()},
              {"opencv", cv::getVersionString()},
              {"fmt", dotted(FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
              {"nlohmann_json", dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                       NLOHMANN_JSON_VERSION_PATCH)},
              {"tomlplusplus", dotted(TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH)},
              {"spdlog", dotted(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)},
              {"openssl", OPENSSL_VERSION_STR},
              {"zlib", zlibVersion()},
              {"blas", torch.blas},
              {"device", torch.device},
              {"cpu_features", cpu_features()}};
}

std::vector<std::string> changed_versions(const Json& before) {
  std::vector<std::string> changes;
  if (!before.is_object()) return changes;
  const auto now = versions();
  for (const char* library : {"libtorch", "onednn", "opencv", "blas", "zlib"}) {
    const std::string written = before.value(library, "unknown");
    const auto present = now.at(library).get<std::string>();
    if (written == present) continue;
    changes.push_back(fmt::format("{} {}, now {}", library, written, present));
  }
  return changes;
}

}  // namespace digits
