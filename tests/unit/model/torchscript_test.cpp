#include "model/torchscript.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <sstream>

#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

// The exported archive of a network in training mode agrees with the eager network in evaluation
// mode, at batch sizes that the trace has not seen; 1e-5 for another order of summation.
TEST(Torchscript, MatchesTheEagerNetwork) {
  auto network = tiny_network(test_seed());
  network->forward(at::rand({8, 1, 12, 10}));
  std::istringstream archive(export_torchscript(network));
  auto module = torch::jit::load(archive);
  for (const auto& part : module.modules()) EXPECT_FALSE(part.is_training());
  EXPECT_FALSE(network->is_training());
  for (const int64_t n : {1, 2, 17}) {
    const auto images = at::rand({n, 1, 12, 10});
    const auto logits = module.forward({images}).toTensor();
    EXPECT_TRUE(at::allclose(logits, network->forward(images), 0.0, 1e-5)) << n;
  }
}

// Names are the eager network's, so that programs can match the weights, and the buffers of batch
// norm and the normalisation.
TEST(Torchscript, KeepsParameterNames) {
  auto network = tiny_network();
  std::istringstream archive(export_torchscript(network));
  const auto module = torch::jit::load(archive);
  std::vector<std::string> names;
  for (const auto& item : module.named_parameters()) names.push_back(item.name);
  EXPECT_THAT(names, testing::UnorderedElementsAreArray(network->named_parameters().keys()));
  names.clear();
  for (const auto& item : module.named_buffers()) names.push_back(item.name);
  EXPECT_THAT(names, testing::UnorderedElementsAreArray(network->named_buffers().keys()));
}

}  // namespace
}  // namespace digits
