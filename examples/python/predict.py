"""Classifies images with a package of digits.

    python3 predict.py PACKAGE IMAGE...

An image is a PNG or JPEG file of the size that the model was trained on, with bright ink on a dark
background, or an IDX file of such images, with or without gzip. (`digits predict` also reads other
pictures.) Needs torch, and Pillow for image files.
"""
import argparse
import contextlib
import gzip
import hashlib
import io
import json
import math
import pathlib
import re
import signal
import struct
import sys

import torch
from safetensors_reader import parse_safetensors

SCHEMA = "digits.manifest/2"
REQUIRED = {"model.pt", "model.safetensors", "golden.safetensors", "manifest.json", "profile.json"}
TOLERANCE = 1e-4  # of golden logits; a manifest may set a smaller one, not a larger one


@contextlib.contextmanager
def named(path):
    """An exception inside ends the program with one line that names `path`."""
    try:
        yield
    except Exception as error:
        message = str(error).split("\n")[0]  # LibTorch's messages continue with a backtrace
        sys.exit(f"{path}: {type(error).__name__}: {message}")


def read_verified(package):
    """The package's files, bytes by name. Each is read once, so the verified bytes are used."""
    files = {}
    for line in (package / "SHA256SUMS").read_text().splitlines():
        sum_and_name = re.fullmatch(r"([0-9a-f]{64})  (\w[\w.-]*)", line)
        if not sum_and_name:
            sys.exit(f"{package}: SHA256SUMS has a line {line!r}, expected a sum and a file's name")
        expected, name = sum_and_name.groups()
        files[name] = (package / name).read_bytes()
        if hashlib.sha256(files[name]).hexdigest() != expected:
            sys.exit(f"{package / name}: not the file that was packaged, see SHA256SUMS")
    for name in sorted(REQUIRED - files.keys()):
        sys.exit(f"{package}: SHA256SUMS does not list {name}")
    return files


def check_golden(model, files, manifest):
    """Raises ValueError unless the model gives the golden logits on this machine."""
    golden = {
        name: torch.frombuffer(tensor.values, dtype=torch.float32).view(tensor.shape)
        for name, tensor in parse_safetensors(files["golden.safetensors"]).items()
    }
    tolerance = min(manifest["golden"]["tolerance"], TOLERANCE)
    difference = (model(golden["inputs"]) - golden["logits"]).abs().max().item()
    if not difference <= tolerance:  # also true for NaN
        raise ValueError(f"golden logits differ by {difference:.2g}, expected up to {tolerance:g}")


def load(package):
    """The verified network, and the schema of its images."""
    files = read_verified(package)
    manifest = json.loads(files["manifest.json"])
    if manifest["schema"] != SCHEMA:
        raise ValueError(f"manifest.json of schema {manifest['schema']}, expected {SCHEMA}")
    model = torch.jit.load(io.BytesIO(files["model.pt"]))
    check_golden(model, files, manifest)
    return model, manifest["data"]


def parse_idx(raw, path):
    """Sizes and pixels of an IDX file of bytes: two zeros, type 8, the rank, big-endian sizes."""
    if raw[:3] != b"\0\0\x08":
        sys.exit(f"{path}: no IDX file of bytes")
    rank = raw[3]
    return struct.unpack_from(f">{rank}I", raw, 4), raw[4 + 4 * rank :]


def decode(raw, channels):
    """Sizes and pixels of an image file."""
    from PIL import Image

    image = Image.open(io.BytesIO(raw)).convert("L" if channels == 1 else "RGB")
    return (1, image.height, image.width, channels), image.tobytes()


def read_images(path, schema):
    """[N, channels, rows, cols] float32 in [0, 1], the model's input; the model normalises."""
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    is_idx = raw[:2] == b"\0\0"
    sizes, pixels = parse_idx(raw, path) if is_idx else decode(raw, schema["channels"])
    expected = (schema["rows"], schema["cols"], schema["channels"])
    if sizes[1:] not in (expected, expected[:2]) or len(pixels) != sizes[0] * math.prod(expected):
        sys.exit(f"{path}: images {sizes[1:]}, expected (rows, columns, channels) {expected}")
    images = torch.frombuffer(bytearray(pixels), dtype=torch.uint8).view(sizes[0], *expected)
    return images.permute(0, 3, 1, 2) / 255


def main():
    parser = argparse.ArgumentParser(description="Classifies images with a package of digits.")
    parser.add_argument("package", type=pathlib.Path, help="folder with SHA256SUMS")
    parser.add_argument("images", type=pathlib.Path, nargs="+", help="PNG, JPEG or IDX files")
    arguments = parser.parse_args()

    torch.set_grad_enabled(False)
    with named(arguments.package):
        model, schema = load(arguments.package)
    for path in arguments.images:
        with named(path):
            images = read_images(path, schema)
        probabilities = model(images).softmax(dim=1)
        for index, row in enumerate(probabilities):
            best = int(row.argmax())
            print(f"{path} {index} {schema['class_names'][best]} {row[best]:.4f}")


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):  # no error if the reader, such as head, closes the pipe
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    main()
