// Rank 0 offers a training, the other ranks join it.
#include "pipeline/shared_run.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "model/numerics.h"
#include "model/trainer.h"
#include "pipeline/stages.h"
#include "support/fake_ranks.h"
#include "support/halves.h"

namespace digits {
namespace {

using testing::Each;
using testing::ElementsAre;

Config shared_config() {
  Config config;
  config.threads = 1;
  config.device = "cpu";
  config.seed = static_cast<std::int64_t>(test_seed());
  config.network = {0.0, 2, {{4}, {6}}};
  config.train.epochs = 2;
  config.train.batch_size = 16;
  config.train.precision = "float32";
  return resolve(config);
}

// The other ranks train the offered network on images of rank 0 alone: its result is that of a
// training in which each rank knows everything.
TEST(SharedRun, OtherRanksTrainTheOfferedNetwork) {
  const auto set = halves(70);
  const auto config = shared_config();
  std::vector<Network> networks(2, Network(nullptr));
  const auto train_as = [&](int ranks, bool joining) {
    return FakeWorld(ranks).run([&](GradientExchange& exchange) {
      if (exchange.rank() > 0 && joining) return join_training(exchange);
      auto network = make_network(set, config);
      if (joining) offer_training(exchange, network, set.schema, config);
      const auto mine = exchange.rank() == 0 ? set : Dataset{set.schema, {}, {}};
      train(network, mine, mine, train_options(config), {}, {}, &exchange);
      if (joining) exchange.finish();
      if (exchange.rank() == 0) networks[joining ? 0 : 1] = network;
    });
  };
  EXPECT_THAT(train_as(3, true), Each(""));
  EXPECT_THAT(train_as(3, false), Each(""));
  EXPECT_TRUE(same_weights(networks[0], networks[1]));
}

// The code of the error of a rank that gets rank 0's offer after `change`. Its library has these
// operations.
std::string code_of_offer(const std::function<void(Json&)>& change,
                          const LayerOperations& operations = libtorch_operations()) {
  const auto set = halves(70);
  const auto config = shared_config();
  auto network = make_network(set, config);
  const auto codes = FakeWorld(2).run([&](GradientExchange& exchange) {
    if (exchange.rank() > 0) return join_training(exchange, operations);
    struct Changed : GradientExchange {
      int rank() const override { return 0; }
      int ranks() const override { return 2; }
      void average(at::Tensor&) override {}
      std::string broadcast(const std::string& bytes) override { return text = bytes; }
      std::string scatter(const std::vector<std::string>&) override { return {}; }
      void finish() override {}
      Error fail(const Error& error) noexcept override { return error; }
      std::string text;
    } seen;
    offer_training(seen, network, set.schema, config);
    auto json = parse_json(seen.text, "x", "test");
    change(json);
    exchange.broadcast(json.dump());
    throw Error("test.end", "end", "end");
  });
  return codes.at(1);
}

TEST(SharedRun, RejectsRankZeroOfAnotherProgram) {
  EXPECT_EQ(code_of_offer([](Json&) {}), "test.end");  // accepted
  for (const char* of_processor : {"device", "cpu_features", "blas"}) {
    EXPECT_EQ(code_of_offer([&](Json& offer) { offer["versions"][of_processor] = "other"; }),
              "test.end")
        << of_processor;
  }
  EXPECT_EQ(code_of_offer([](Json& offer) { offer["versions"]["digits"] = "0"; }),
            "distributed.other_program");
  EXPECT_EQ(code_of_offer([](Json& offer) { offer["versions"]["another"] = "1"; }),
            "distributed.other_program");
  EXPECT_EQ(code_of_offer([](Json& offer) { offer.erase("schema"); }), "distributed.malformed");
}

// Each rank checks its own library: a wrong one would spoil the mean of the gradients.
TEST(SharedRun, OtherRanksCheckTheirLibrary) {
  auto operations = libtorch_operations();
  operations.multiply = [](const at::Tensor& input, const at::Tensor& weights) {
    return at::linear(input, weights) + 1.0;
  };
  EXPECT_EQ(code_of_offer([](Json&) {}, operations), "device.numerics");
}

// A stopped training resumes with its number of ranks. One that had not begun, or is complete, has
// no step that another number could change.
TEST(SharedRun, RejectsAnotherNumberOfRanks) {
  const auto config = shared_config();
  TrainingState state;
  state.ranks = 2;
  require_same_ranks(state, 3, config);  // no step yet
  state.step = 5;
  state.history.resize(1);
  require_same_ranks(state, 2, config);
  expect_error("config.ranks", [&] { require_same_ranks(state, 3, config); });
  expect_error("config.ranks", [&] { require_same_ranks(state, 1, config); });
  state.history.resize(2);  // of two epochs
  require_same_ranks(state, 1, config);
}

// With nine ranks a batch of 16 has too few images for each. This is found before a run is created.
TEST(SharedRun, FitStageRejectsTooManyRanks) {
  const auto set = halves(70);
  fit_stage(shared_config(), set, 8);
  expect_error("config.train", [&] { fit_stage(shared_config(), set, 9); });
}

}  // namespace
}  // namespace digits
