#include "repository/triton_config.h"

#include <fmt/format.h>

namespace digits {

namespace {

constexpr const char* kPolicy = "version_policy: ";

std::string policy(int version) {
  return fmt::format("{}{{ specific: {{ versions: [{}] }} }}", kPolicy, version);
}

}  // namespace

std::string triton_config(const std::string& name, const Schema& schema, int version) {
  return fmt::format(
      "name: \"{}\"\n"
      "platform: \"pytorch_libtorch\"\n"
      "max_batch_size: 256\n"
      "{}\n"
      "input [\n  {{ name: \"images\", data_type: TYPE_FP32, dims: [{}, {}, {}] }}\n]\n"
      "output [\n  {{ name: \"logits__0\", data_type: TYPE_FP32, dims: [{}] }}\n]\n",
      name, policy(version), schema.channels, schema.rows, schema.cols, schema.classes());
}

std::string with_served_version(const std::string& config, int version) {
  const auto found = ("\n" + config).find(std::string("\n") + kPolicy);
  if (found == std::string::npos) return config;
  const auto end = config.find('\n', found);
  return config.substr(0, found) + policy(version) +
         (end == std::string::npos ? "" : config.substr(end));
}

}  // namespace digits
