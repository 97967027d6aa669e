// Documents as `digits bench train --out` and `digits bench infer --out` write them, with the keys
// that a comparison reads.
#pragma once

#include <utility>
#include <vector>

#include "base/json.h"

namespace digits {

inline Json small_machine() {
  return Json{{"cpu", "A"}, {"cores", 2}, {"threads", 1}, {"device", "cpu"}, {"precision", "bf16"}};
}

// Training of `mean` loops, over n seeds; 100 MiB.
inline Json train_document(double mean, double stddev, int n) {
  return Json{{"schema", "digits.bench_train/2"},
              {"calibration", {{"median", 0.03}}},
              {"calibrated", {{"mean", mean}, {"stddev", stddev}, {"n", n}}},
              {"peak_memory_bytes", 100 * 1024 * 1024},
              {"data", "set"},
              {"config", "seed = 1\nepochs = 3\n"},
              {"machine", small_machine()}};
}

// Batch sizes, and the loops of a call, in five rounds without spread.
inline Json infer_document(const std::vector<std::pair<int, double>>& batches) {
  Json times = Json::array();
  for (const auto& [batch, mean] : batches) {
    times.push_back(Json{{"engine", "torchscript"},
                         {"batch", batch},
                         {"calibrated", {{"mean", mean}, {"stddev", 0.0}, {"n", 5}}}});
  }
  return Json{{"schema", "digits.bench_infer/2"},
              {"calibration", {{"median", 0.03}}},
              {"times", times},
              {"machine", small_machine()}};
}

}  // namespace digits
