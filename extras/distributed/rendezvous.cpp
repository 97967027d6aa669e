#include "distributed/rendezvous.h"

#include <fmt/format.h>

#include <functional>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <utility>
#include <vector>

#include "base/error.h"
#include "distributed/address.h"
#include "distributed/rank_message.h"
#include "distributed/timing.h"

namespace digits {

namespace {

Store connect_store(const LaunchPlace& place, std::chrono::milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(place.port);
  options.isServer = place.rank == 0 && !place.store_is_running;
  options.waitWorkers = false;  // its error would not say how many are missing
  options.timeout = timeout;
  // LibTorch 1.13 would try again only after a second.
  if (!options.isServer) wait_for_port(place.host, place.port, timeout);
  try {
    return c10::make_intrusive<c10d::TCPStore>(place.host, options);
  } catch (const std::exception& error) {
    throw Error(
        options.isServer ? "distributed.port" : "distributed.unreachable",
        fmt::format("{}:{}: {}, expected {}", place.host, place.port, first_line(error.what()),
                    options.isServer ? "a free port of this host" : "the store of rank 0"),
        "set MASTER_ADDR to the host of rank 0, and MASTER_PORT to a free port of it");
  }
}

// Requires the world size of the rank that arrived first.
void require_same_world(c10d::Store& store, const LaunchPlace& place) {
  const auto own = std::to_string(place.ranks);
  const std::vector<std::uint8_t> bytes(own.begin(), own.end());
  const auto first = store.compareSet("world_size", {}, bytes);
  if (first == bytes) return;
  throw Error("distributed.world_size",
              fmt::format("WORLD_SIZE is {} on rank {}, expected {} as on another rank", own,
                          place.rank, std::string(first.begin(), first.end())),
              "start all processes with the same WORLD_SIZE");
}

void require_single(c10d::Store& store, const LaunchPlace& place) {
  if (store.add(fmt::format("rank/{}", place.rank), 1) == 1) return;
  throw Error("distributed.duplicate",
              fmt::format("RANK is {} in two processes, expected different ranks", place.rank),
              "start each process with its own RANK; or set MASTER_PORT to a free port");
}

void wait_for_all(c10d::Store& store, const LaunchPlace& place, std::chrono::milliseconds timeout) {
  auto arrived = store.add("arrived", 1);
  const auto complete = [&] {
    arrived = store.add("arrived", 0);
    return arrived >= place.ranks;
  };
  if (wait_until(complete, timeout, "the start: other ranks are missing")) return;
  throw Error("distributed.incomplete",
              fmt::format("{} of {} ranks after {}, expected all", arrived, place.ranks,
                          in_seconds(timeout)),
              "start the other processes; or set a longer --distributed-timeout, or another "
              "WORLD_SIZE");
}

// This host's address for the other ranks, for which `arrive` waits.
std::string exchange_addresses(c10d::Store& store, const LaunchPlace& place,
                               const std::function<void()>& arrive) {
  constexpr const char* kKnown = "address_of_rank_0";
  const auto route = route_to(place.host, place.port);
  if (!is_loopback(route.other)) {
    store.compareSet(kKnown, {}, {route.other.begin(), route.other.end()});
  }
  arrive();
  const auto known = store.check({kKnown}) ? store.get(kKnown) : std::vector<std::uint8_t>();
  return address_for_others(route, {known.begin(), known.end()});
}

}  // namespace

Meeting meet(const LaunchPlace& place, std::chrono::milliseconds timeout) {
  const auto all = connect_store(place, timeout);
  auto store = c10::make_intrusive<c10d::PrefixStore>("digits/" + place.attempt, all);
  try {
    require_same_world(*store, place);
    require_single(*store, place);
    auto address = exchange_addresses(*store, place, [&] { wait_for_all(*store, place, timeout); });
    return {std::move(store), std::move(address)};
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {  // the store has gone
    throw Error(
        "distributed.incomplete",
        fmt::format("the store of rank 0: {}, expected all ranks", first_line(error.what())),
        "see the message of rank 0");
  }
}

}  // namespace digits
