// Connects the processes of a training by a factory; folders of extras/ register them
// (base/registry.h).
#pragma once

#include <functional>
#include <memory>

#include "cli/options.h"
#include "model/gradient_exchange.h"

namespace digits {

struct ExchangeFactory {
  // Adds its options to `run` and `train`.
  std::function<void(CommandOptions& options)> add_options;
  // Connects this process with the other ranks. Null: it trains alone. Throws usage.* and
  // distributed.*.
  std::function<std::unique_ptr<GradientExchange>(const ParsedOptions& parsed)> make;
};

// Calls `work` with this process's exchange, or with null when it trains alone, and returns the
// result. A rank other than 0 trains with rank 0 instead, and returns kDone. An error of one rank
// is thrown on all of them.
int run_shared(const ParsedOptions& parsed, const std::function<int(GradientExchange*)>& work);

}  // namespace digits
