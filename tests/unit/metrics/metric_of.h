// Finds a metric of an evaluation by its key.
#pragma once

#include <stdexcept>
#include <string>

#include "metrics/evaluation.h"

namespace digits {

inline const Quantity& metric_of(const Evaluation& evaluation, const std::string& key) {
  for (const auto& [metric, quantity] : evaluation.metrics) {
    if (key == metric.key) return quantity;
  }
  throw std::out_of_range("no metric " + key);
}

}  // namespace digits
