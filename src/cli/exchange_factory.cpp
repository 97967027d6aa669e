#include "cli/exchange_factory.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/registry.h"
#include "pipeline/shared_run.h"

namespace digits {

namespace {

// The first exchange that a factory makes.
std::unique_ptr<GradientExchange> make_exchange(const ParsedOptions& parsed) {
  for (const auto& factory : registered<ExchangeFactory>()) {
    if (auto exchange = factory.make(parsed)) return exchange;
  }
  return nullptr;
}

}  // namespace

int run_shared(const ParsedOptions& parsed, const std::function<int(GradientExchange*)>& work) {
  const auto exchange = make_exchange(parsed);
  if (!exchange) return work(nullptr);
  try {
    if (exchange->rank() == 0) return work(exchange.get());
    join_training(*exchange);
    return kDone;
  } catch (const Error& error) {
    const auto cause = exchange->fail(error);
    if (exchange->rank() == 0) throw cause;
    throw Error(cause.code(), fmt::format("rank {}: {}", exchange->rank(), cause.what()),
                cause.hint());
  } catch (const std::exception& error) {
    exchange->fail({"internal", error.what(), "see the message of the rank that is named first"});
    throw;
  }
}

}  // namespace digits
