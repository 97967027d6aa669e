// From the eager network to TorchScript, the form that other programs load.
#pragma once

#include <string>

#include "model/network.h"

namespace digits {

// The bytes of a TorchScript archive whose `forward` computes what the network computes in
// evaluation mode, at any batch size. Python reads it with torch.jit.load. The network's mode is
// left as it was; it must be on the CPU.
std::string export_torchscript(Network& network);

}  // namespace digits
