// Selects and draws test images for the report. No Torch in this header.
#pragma once

#include <cstdint>
#include <vector>

#include "behaviour/behaviour.h"
#include "data/dataset.h"
#include "metrics/evaluation.h"
#include "report/html.h"

namespace digits {

// The mistakes, the most confident first, and the right answers, the least confident first: indices
// of samples, at most `count`.
std::vector<std::uint32_t> worst_mistakes(const Evaluation& evaluation, const Dataset& set,
                                          std::size_t count);
std::vector<std::uint32_t> least_confident_hits(const Evaluation& evaluation, const Dataset& set,
                                                std::size_t count);

// These samples as pictures: the image, and beside it a copy with pixels that support the model's
// answer in orange and pixels that oppose it in blue.
std::vector<html::Picture> explained_pictures(const Evaluation& evaluation, const Dataset& set,
                                              const std::vector<std::uint32_t>& samples,
                                              const Explainer& explain);

}  // namespace digits
