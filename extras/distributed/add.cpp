// Adds --distributed and related options to `digits run` and `digits train`.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "cli/extras.h"
#include "distributed/gloo_exchange.h"
#include "distributed/launch_place.h"

namespace digits {

namespace {

constexpr std::int64_t kDefaultTimeout = 30;  // seconds
constexpr std::int64_t kLongestTimeout = 86400;

void add_distributed_options(CommandOptions& options) {
  options.flag("distributed",
               "train with the other processes of a launcher (torchrun, mpirun); without the "
               "option too, if its variables are set");
  options.flag("no-distributed", "ignore a launcher's variables");
  options.number("distributed-timeout", "seconds after which a process counts as lost",
                 kDefaultTimeout);
}

std::unique_ptr<GradientExchange> join_ranks(const ParsedOptions& parsed) {
  const std::chrono::seconds timeout(parsed.number("distributed-timeout", 1, kLongestTimeout));
  if (parsed.has("distributed") && parsed.has("no-distributed")) {
    throw Error("usage.option", "both --distributed and --no-distributed given, expected one",
                "without either, the launcher's variables decide");
  }
  if (parsed.has("no-distributed")) return nullptr;
  auto place = find_place(environment_variable);
  if (!place && !parsed.has("distributed")) return nullptr;
  if (!place) {
    throw Error("usage.distributed",
                "RANK and WORLD_SIZE are not set, expected a launcher's values",
                "start the processes by torchrun or mpirun, or leave out --distributed");
  }
  take_device(*place);
  if (place->rank > 0) spdlog::set_pattern(fmt::format("%^[%l]%$ rank {}: %v", place->rank));
  // As Ctrl-C does: a rank that computes alone stops at its next safe point.
  return connect_ranks(*place, timeout, [] { set_interrupted(true); });
}

}  // namespace

void add_distributed(Extras& extras) {
  extras.exchanges.push_back({add_distributed_options, join_ranks});
}

}  // namespace digits
