// Small networks for tests that need Torch.
#pragma once

#include "model/network.h"

namespace digits {

// 12 x 10 grey images of three classes: what random_dataset(n, 12, 10) makes.
inline Schema tiny_schema() { return {12, 10, 1, numbered_class_names(3)}; }

inline Architecture tiny_architecture() { return {0, 2, {{4}, {6}}}; }

// An initialised network of a few hundred weights for tiny_schema(), in training mode.
inline Network tiny_network(std::uint64_t seed = 1) {
  Network network(network_options(tiny_schema(), tiny_architecture()), Normalisation{{0.5}, {0.3}});
  initialise(network, seed);
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
