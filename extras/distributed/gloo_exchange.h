// Exchanges gradients among processes by PyTorch's c10d with Gloo.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "distributed/launch_place.h"
#include "model/gradient_exchange.h"

namespace digits {

// Connects this process with the other ranks, within twice the timeout. A rank that ends, is
// stopped or is cut off ends the calls of the others within `timeout` (distributed.peer_lost),
// however long a rank computes between its calls. `on_end` is called on another thread when another
// rank is lost or has failed. Throws as meet(), and distributed.unreachable when ranks cannot
// connect to each other.
std::unique_ptr<GradientExchange> connect_ranks(const LaunchPlace& place,
                                                std::chrono::milliseconds timeout,
                                                const std::function<void()>& on_end = {});

}  // namespace digits
