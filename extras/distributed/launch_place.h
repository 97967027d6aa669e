// Reads the place of this process among the ranks from the variables that launchers set.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace digits {

struct LaunchPlace {
  int rank = 0;   // from 0
  int ranks = 1;  // the world's size
  int local_rank = 0;
  bool shares_device = false;     // several ranks of this host use one GPU
  std::string host;               // of rank 0
  int port = 0;                   // of the store, at which the ranks meet
  bool store_is_running = false;  // torchrun may have started it; else rank 0 does
  std::string attempt = "0";      // the number of the launcher's restarts
};

// The value of an environment variable; empty if it is not set.
using Environment = std::function<std::string(const std::string& name)>;

// The process's own environment.
std::string environment_variable(const std::string& name);

// The place by torchrun's variables RANK, WORLD_SIZE, LOCAL_RANK, or by Open MPI's, and by
// MASTER_ADDR and MASTER_PORT; nothing when no launcher has set RANK or WORLD_SIZE. Throws
// usage.distributed, naming the variable that is missing or wrong.
std::optional<LaunchPlace> find_place(const Environment& environment);

// The value of CUDA_VISIBLE_DEVICES for one device a rank: entry `local_rank` of the list
// `visible`, of all devices if it is null. Ranks beyond the list begin it again, so a list of one
// entry stays; an empty list stays, too.
std::string device_of_rank(const char* visible, int local_rank);

// Whether a rank begins the list again. It then shares its device.
bool begins_again(const char* visible, int local_rank);

// Leaves this rank its device in CUDA_VISIBLE_DEVICES, which LibTorch reads later, and notes in
// `place` whether the rank shares it.
void take_device(LaunchPlace& place);

// Whether this rank's part of a sum can be NCCL's: its values are on a GPU of its own, and the
// program was built with NCCL.
bool can_use_nccl(bool on_gpu, bool with_nccl, bool shares_device);

}  // namespace digits
