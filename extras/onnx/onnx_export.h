// Exports TorchScript to ONNX, the form that runtimes without Torch read.
#pragma once

#include <string>

#include "data/dataset.h"

namespace digits {

// The bytes of an ONNX model that computes the same as `forward` of a TorchScript archive (see
// model/torchscript.h), operator by operator, for images of `schema`:
//
//   images  [batch, channels, rows, cols] float32 in [0, 1], any batch size
//   logits  [batch, classes] float32
//
// Weights keep their names; the metadata's `data` is the schema, as in a package's manifest. Equal
// archives give equal bytes. The result has passed ONNX's shape inference and checker. Throws
//   onnx.unsupported  an unknown operator or setting; the message names it
//   onnx.invalid      ONNX rejects the model, for example with other classes than the schema's
std::string export_onnx(const std::string& torchscript, const Schema& schema);

}  // namespace digits
