#include "pipeline/shared_run.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "inference/version.h"
#include "model/network.h"
#include "model/trainer.h"
#include "pipeline/numerics_stage.h"
#include "pipeline/stages.h"

namespace digits {

namespace {

constexpr const char* kOffer = "the training of rank 0";
constexpr const char* kDistributed = "distributed";  // the family of errors about it

// Other versions may compute other bits, or read another configuration. What a version says of the
// processor may differ, as OpenBLAS's does: share_epoch() compares the weights.
void require_same_program(const Json& versions_of_rank_0) {
  const auto own = versions();
  for (const auto& [name, version] : versions_of_rank_0.items()) {
    if (name == "device" || name == "cpu_features" || name == "blas") continue;
    const auto here = own.value(name, Json("unknown"));
    if (here == version) continue;
    throw Error("distributed.other_program",
                fmt::format("{} {}, expected {} as on rank 0", name, here.dump(), version.dump()),
                "install the same build of digits on all hosts");
  }
}

// The network of rank 0's training, with weights that share_state() replaces.
Network network_of(const Json& offer, const Schema& schema) {
  const auto channels = static_cast<std::size_t>(schema.channels);
  const auto architecture = json_at<Architecture>(offer, "/architecture", kDistributed);
  return Network(
      NetworkOptions{schema, architecture},
      Normalisation{std::vector<double>(channels, 0.0), std::vector<double>(channels, 1.0)});
}

}  // namespace

void offer_training(GradientExchange& exchange, const Network& network, const Schema& schema,
                    const Config& config) {
  exchange.broadcast(Json{
      {"versions", versions()},
      {"schema", schema},
      {"architecture", network->options().architecture},
      {"config",
       to_toml(config)}}.dump());
}

void join_training(GradientExchange& exchange, const LayerOperations& operations) {
  const auto offer = parse_json(exchange.broadcast({}), kOffer, kDistributed);
  require_same_program(json_at<Json>(offer, "/versions", kDistributed));
  const auto text = json_at<std::string>(offer, "/config", kDistributed);
  const auto config = resolve(parse_config(text, kOffer, Config()));
  const auto schema = json_at<Schema>(offer, "/schema", kDistributed);
  auto network = network_of(offer, schema);
  check_training(config, network, operations);
  const Dataset none{schema, {}, {}};
  train(network, none, none, train_options(config), {}, {}, &exchange);
  exchange.finish();
}

void require_same_ranks(const TrainingState& state, int ranks, const Config& config) {
  if (state.step == 0 || state.ranks == ranks) return;
  if (state.history.size() == static_cast<std::size_t>(config.train.epochs)) return;
  throw Error(
      "config.ranks",
      fmt::format("{} ranks, expected {} as when the training was stopped", ranks, state.ranks),
      fmt::format("start {} processes; or add --allow-world-change: the result then differs "
                  "from that of an uninterrupted training",
                  state.ranks));
}

}  // namespace digits
