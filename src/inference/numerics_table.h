// Measures the errors of convolutions on this processor, by precision, layout and input channels:
// for a person and a bug report. model/numerics.h checks the layers of the network in use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/numerics.h"

namespace digits {

// The columns of the doctor's table: multiples of the vector length, and others.
const std::vector<std::int64_t>& table_channels();

struct NumericsRow {
  std::string name;  // "float32 channels last, forward"
  bool used = true;  // in training or for a package's answers
  double tolerance = 0.0;
  // One per number of input channels, each the largest of several shapes; NaN where the library
  // reports that it cannot compute one.
  std::vector<double> differences;
};

// One column for each number of input channels, for LibTorch's convolutions in `precisions` and for
// those of each engine of the registered factories.
std::vector<NumericsRow> numerics_table(const std::vector<std::int64_t>& channels,
                                        const std::vector<Precision>& precisions,
                                        const LayerOperations& operations = libtorch_operations());

// Whether no difference of the row is above its tolerance. An unsupported case (NaN) is no fault.
bool is_correct(const NumericsRow& row);

// null stands for NaN, the largest number for infinity.
void to_json(Json& json, const NumericsRow& row);

}  // namespace digits
