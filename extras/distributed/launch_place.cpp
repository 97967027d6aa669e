#include "distributed/launch_place.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <sstream>
#include <vector>

#include "base/error.h"

namespace digits {

namespace {

constexpr int kMaxRanks = 65536;
constexpr int kMaxPort = 65535;

// A variable of torchrun, and Open MPI's name for it.
struct LauncherVariable {
  const char* name;
  const char* open_mpi;
};
constexpr LauncherVariable kRank{"RANK", "OMPI_COMM_WORLD_RANK"};
constexpr LauncherVariable kRanks{"WORLD_SIZE", "OMPI_COMM_WORLD_SIZE"};
constexpr LauncherVariable kLocalRank{"LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_RANK"};

Error place_error(const std::string& seen, const std::string& expected) {
  return {"usage.distributed", fmt::format("{}, expected {}", seen, expected),
          "start the processes by torchrun or mpirun; or add --no-distributed to train alone"};
}

std::string value_of(const Environment& environment, const LauncherVariable& variable) {
  const auto value = environment(variable.name);
  return value.empty() ? environment(variable.open_mpi) : value;
}

// The number `text` of a variable, from `least` to `most`.
int number_of(const char* name, const std::string& text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && value >= least && value <= most) return value;
  const auto seen =
      text.empty() ? fmt::format("{} is not set", name) : fmt::format("{} is \"{}\"", name, text);
  throw place_error(seen, fmt::format("a number from {} to {}", least, most));
}

std::vector<std::string> devices_of(const char* visible) {
  std::vector<std::string> devices;
  std::istringstream list(visible);
  for (std::string device; std::getline(list, device, ',');) devices.push_back(device);
  return devices;
}

}  // namespace

std::string environment_variable(const std::string& name) {
  const auto* const value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

std::optional<LaunchPlace> find_place(const Environment& environment) {
  const auto rank = value_of(environment, kRank);
  const auto ranks = value_of(environment, kRanks);
  if (rank.empty() && ranks.empty()) return std::nullopt;
  LaunchPlace place;
  place.ranks = number_of(kRanks.name, ranks, 1, kMaxRanks);
  place.rank = number_of(kRank.name, rank, 0, place.ranks - 1);
  const auto local_rank = value_of(environment, kLocalRank);
  if (!local_rank.empty()) {
    place.local_rank = number_of(kLocalRank.name, local_rank, 0, place.ranks - 1);
  }
  place.host = environment("MASTER_ADDR");
  if (place.host.empty()) throw place_error("MASTER_ADDR is not set", "the host name of rank 0");
  place.port = number_of("MASTER_PORT", environment("MASTER_PORT"), 1, kMaxPort);
  place.store_is_running = environment("TORCHELASTIC_USE_AGENT_STORE") == "True";
  const auto restarts = environment("TORCHELASTIC_RESTART_COUNT");
  if (!restarts.empty()) place.attempt = restarts;
  return place;
}

std::string device_of_rank(const char* visible, int local_rank) {
  if (visible == nullptr) return std::to_string(local_rank);
  const auto devices = devices_of(visible);
  if (devices.empty()) return visible;
  return devices[static_cast<std::size_t>(local_rank) % devices.size()];
}

bool begins_again(const char* visible, int local_rank) {
  return visible != nullptr && devices_of(visible).size() <= static_cast<std::size_t>(local_rank);
}

void take_device(LaunchPlace& place) {
  const auto* const visible = std::getenv("CUDA_VISIBLE_DEVICES");
  place.shares_device = begins_again(visible, place.local_rank);
  const auto device = device_of_rank(visible, place.local_rank);
  ::setenv("CUDA_VISIBLE_DEVICES", device.c_str(), 1);
}

bool can_use_nccl(bool on_gpu, bool with_nccl, bool shares_device) {
  return on_gpu && with_nccl && !shares_device;
}

}  // namespace digits
