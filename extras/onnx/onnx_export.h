// From TorchScript to ONNX, the form that runtimes without Torch read.
#pragma once

#include <string>

#include "data/dataset.h"

namespace digits {

// The bytes of an ONNX model that computes what `forward` of a TorchScript archive computes (see
// model/torchscript.h), operator by operator, for images of `schema`:
//
//   images  [batch, channels, rows, cols] float32 in [0, 1], any batch size
//   logits  [batch, classes] float32
//
// Weights keep their names; the metadata's `data` is the schema, as in a package's manifest. Equal
// archives give equal bytes. The result has passed ONNX's shape inference and checker. Throws
//   onnx.unsupported  an operator, or a setting of one, that it does not know; the message names it
//   onnx.invalid      ONNX refuses the model: the network has not the schema's classes, say
std::string export_onnx(const std::string& torchscript, const Schema& schema);

}  // namespace digits
