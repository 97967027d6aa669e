"""Reads a package with only the example of this project: python3 read_package.py DIR EXAMPLES"""
import json
import pathlib
import sys

import torch

sys.path.insert(0, sys.argv[2])
from safetensors_reader import read_safetensors  # noqa: E402

TYPES = {"F32": torch.float32, "I64": torch.int64}


def read_tensors(path):
    return {
        name: torch.frombuffer(tensor.values, dtype=TYPES[tensor.dtype]).view(tensor.shape)
        for name, tensor in read_safetensors(path).items()
    }


package = pathlib.Path(sys.argv[1])
model = torch.jit.load(str(package / "model.pt"))
golden = read_tensors(package / "golden.safetensors")
weights = read_tensors(package / "model.safetensors")
manifest = json.loads((package / "manifest.json").read_text())

with torch.no_grad():
    difference = (model(golden["inputs"]) - golden["logits"]).abs().max().item()
assert difference <= manifest["golden"]["tolerance"], difference
for name, parameter in model.named_parameters():
    assert torch.equal(parameter, weights[name]), name
with torch.no_grad():  # any batch size, not only the traced one
    assert model(golden["inputs"][:1]).shape == (1, len(manifest["data"]["class_names"]))
print(f"golden logits agree: largest difference {difference:.2g}, n = {len(golden['inputs'])}")
