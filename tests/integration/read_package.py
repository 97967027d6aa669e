"""Reads a package with nothing but torch and the standard library: python3 read_package.py DIR"""
import json
import pathlib
import struct
import sys

import torch

TYPES = {"F32": torch.float32, "I64": torch.int64}


def read_safetensors(path):
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8 : 8 + length]), raw[8 + length :]
    return {
        name: torch.frombuffer(bytearray(data[slice(*entry["data_offsets"])]), dtype=TYPES[entry["dtype"]]).view(
            entry["shape"]
        )
        for name, entry in header.items()
    }


package = pathlib.Path(sys.argv[1])
model = torch.jit.load(str(package / "model.pt"))
golden = read_safetensors(package / "golden.safetensors")
weights = read_safetensors(package / "model.safetensors")
manifest = json.loads((package / "manifest.json").read_text())

with torch.no_grad():
    difference = (model(golden["inputs"]) - golden["logits"]).abs().max().item()
assert difference <= manifest["golden"]["tolerance"], difference
for name, parameter in model.named_parameters():
    assert torch.equal(parameter, weights[name]), name
with torch.no_grad():  # any batch size, not only the traced one
    assert model(golden["inputs"][:1]).shape == (1, len(manifest["data"]["class_names"]))
print(f"golden logits agree: largest difference {difference:.2g}, n = {len(golden['inputs'])}")
