// Small networks for tests that need Torch.
#pragma once

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "base/rng.h"
#include "model/network.h"

namespace digits {

// 12 x 10 grey images of three classes, as random_dataset(n, 12, 10) makes them.
inline Schema tiny_schema() { return {12, 10, 1, numbered_class_names(3)}; }

inline Architecture tiny_architecture() { return {0, 2, {{4}, {6}}}; }

// An initialised network of a few hundred weights for tiny_schema(), in training mode.
inline Network tiny_network(std::uint64_t seed = 1) {
  Network network(NetworkOptions{tiny_schema(), tiny_architecture()}, Normalisation{{0.5}, {0.3}});
  initialise(network, seed);
  return network;
}

// A network in evaluation mode without default values: batch norm scales (every other channel by a
// negative factor), shifts and has non-trivial statistics, normalisation differs between the
// channels, and the weights of convolutions are stored channels last, as after training. Its logits
// are about 10, as those of trained networks.
inline Network random_network(const Schema& schema, const Architecture& architecture,
                              std::uint64_t seed) {
  Normalisation normalisation;
  for (int c = 0; c < schema.channels; ++c) {
    normalisation.mean.push_back(0.1 + 0.15 * c);
    normalisation.stddev.push_back(0.3 - 0.05 * c);
  }
  Network network(NetworkOptions{schema, architecture}, normalisation);
  initialise(network, seed);
  const at::NoGradGuard no_grad;
  Rng rng(seed, Stream::kTest);
  const auto shake = [&](at::Tensor tensor) {
    auto values = tensor.accessor<float, 1>();
    for (int64_t i = 0; i < values.size(0); ++i)
      values[i] += static_cast<float>(rng.uniform(-0.3, 0.3));
  };
  for (auto& item : network->named_parameters()) {
    if (item.value().dim() == 1) shake(item.value());
    if (item.key().find("norm") == 0 && item.key().find("weight") != std::string::npos) {
      item.value().slice(0, 0, item.value().size(0), 2).neg_();
    }
    if (item.value().dim() == 4) {
      item.value().set_data(item.value().contiguous(at::MemoryFormat::ChannelsLast));
    }
  }
  for (auto& item : network->named_buffers()) {
    if (item.key().find("running_") != std::string::npos) shake(item.value());
  }
  network->eval();
  const auto images = at::rand({64, schema.channels, schema.rows, schema.cols},
                               at::detail::createCPUGenerator(seed));
  const auto largest = network->forward(images).abs().max();
  for (auto& item : network->named_parameters()) {
    if (item.key().find("head.") == 0) item.value().mul_(10.0 / largest);
  }
  return network;
}

// Whether all parameters and buffers are equal to the bit.
inline bool same_weights(const Network& a, const Network& b) {
  const auto equal = [](const auto& left, const auto& right) {
    for (const auto& item : left) {
      if (!item.value().equal(right[item.key()])) return false;
    }
    return left.size() == right.size();
  };
  return equal(a->named_parameters(), b->named_parameters()) &&
         equal(a->named_buffers(), b->named_buffers());
}

}  // namespace digits
