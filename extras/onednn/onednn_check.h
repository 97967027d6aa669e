// Compares the oneDNN engine with float64, layer by layer.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/numerics.h"
#include "onednn/onednn_piece.h"

namespace digits {

// `maps` as from OnednnPiece::last_maps. Each layer is computed again in float64 from its own
// input, so that a fault shows in the faulty layer. At most three images are compared: the first,
// the middle and the last one.
std::vector<NumericsResult> compare_layers(const FoldedNetwork& network,
                                           const std::vector<at::Tensor>& maps,
                                           Precision precision);

}  // namespace digits
