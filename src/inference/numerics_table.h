// How correctly convolutions are computed on this processor, by precision, layout and input
// channels: for a person and a bug report. model/numerics.h checks the layers of the network in
// use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/numerics.h"

namespace digits {

// The columns of the doctor's table: multiples of the vector length, and numbers that leave a rest.
const std::vector<std::int64_t>& table_channels();

struct NumericsRow {
  std::string name;  // "float32 channels last, forward"
  bool used = true;  // by training or a package's answers; a network never asks for other rows
  double tolerance = 0.0;
  // By input channels, each the largest of several shapes; NaN where the library says that it
  // cannot compute one.
  std::vector<double> differences;
};

// LibTorch's convolutions, and those of each engine of engine_factories(), with a column for each
// number of input channels.
std::vector<NumericsRow> numerics_table(const std::vector<std::int64_t>& channels,
                                        const LayerOperations& operations = libtorch_operations());

// Whether the row has no difference above its tolerance. To say that it cannot is no fault.
bool is_correct(const NumericsRow& row);

// null stands for NaN, the largest number for infinity.
void to_json(Json& json, const NumericsRow& row);

}  // namespace digits
