// Connects the ranks with the store at which they meet.
#pragma once

#include <chrono>
#include <string>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "distributed/launch_place.h"

namespace digits {

using Store = c10::intrusive_ptr<c10d::Store>;

struct Meeting {
  Store store;          // of this attempt of the launcher
  std::string address;  // of this host, for the other ranks
};

// Waits until all ranks have arrived. Throws
// distributed.port when rank 0 cannot open the port, distributed.unreachable when another rank does
// not reach it, distributed.incomplete when not all ranks arrive within `timeout`,
// distributed.duplicate for a rank that has arrived twice, and distributed.world_size when the
// ranks expect different numbers of ranks.
Meeting meet(const LaunchPlace& place, std::chrono::milliseconds timeout);

}  // namespace digits
