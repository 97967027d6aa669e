// Exports the network to TorchScript, the form that other programs load.
#pragma once

#include <string>

#include "model/network.h"

namespace digits {

// The bytes of a TorchScript archive whose `forward` equals the network's in evaluation mode, at
// any batch size. Python reads it with torch.jit.load. The network must be on the CPU, and is left
// in evaluation mode.
std::string export_torchscript(Network& network);

}  // namespace digits
