// The images that a reader of the report wants to see. No Torch in this header.
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

// Those samples as pictures: the image, and beside it the same with what speaks for the model's
// answer in orange and what speaks against it in blue.
std::vector<html::Picture> explained_pictures(const Evaluation& evaluation, const Dataset& set,
                                              const std::vector<std::uint32_t>& samples,
                                              const Explainer& explain);

}  // namespace digits
