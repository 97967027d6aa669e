"""Runs TorchScript models on images, and compares their weights with the safetensors files:

    python3 run_torchscript.py FOLDER EXAMPLES

FOLDER/subjects.json lists objects with `name` and `shape` (of the images). For each, the script reads
NAME.pt, NAME.safetensors and NAME.images (raw float32), and writes NAME.python, the logits. EXAMPLES is
the folder of safetensors_reader.py."""
import array
import json
import pathlib
import sys

import torch

folder = pathlib.Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])
from safetensors_reader import read_safetensors  # noqa: E402

for subject in json.loads((folder / "subjects.json").read_text()):
    path = folder / subject["name"]
    model = torch.jit.load(f"{path}.pt")
    weights = read_safetensors(f"{path}.safetensors")
    state = model.state_dict()
    assert weights.keys() == state.keys(), weights.keys() ^ state.keys()
    for name, tensor in state.items():
        assert weights[name].shape == list(tensor.shape), name
        assert weights[name].values.tolist() == tensor.flatten().tolist(), name  # to the bit
    raw = bytearray(pathlib.Path(f"{path}.images").read_bytes())
    images = torch.frombuffer(raw, dtype=torch.float32).view(subject["shape"])
    with torch.no_grad():
        logits = array.array("f", model(images).flatten().tolist())
    pathlib.Path(f"{path}.python").write_bytes(logits.tobytes())
print(f"weights are equal to the bit: {len(state)} tensors of the last subject")
