"""Classifies images with a package of digits.

    python3 predict.py PACKAGE IMAGE...

An image is a PNG or JPEG file of the size that the model was trained on, bright ink on a dark ground,
or an IDX file of many such, .gz or not. (`digits predict` also finds digits in photographs.) Needs
torch, and Pillow for image files.
"""
import argparse
import gzip
import hashlib
import io
import json
import math
import pathlib
import struct
import sys

import torch


def read_verified(package):
    """The package's files, bytes by name. Each is read once: what was verified is what is used."""
    files = {}
    for line in (package / "SHA256SUMS").read_text().splitlines():
        expected, name = line.split(maxsplit=1)
        files[name] = (package / name).read_bytes()
        if hashlib.sha256(files[name]).hexdigest() != expected:
            sys.exit(f"{package / name}: not the file that was packaged, see SHA256SUMS")
    return files


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
    """[N, channels, rows, cols] float32 in [0, 1], which is what the model wants; it normalises."""
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

    files = read_verified(arguments.package)
    schema = json.loads(files["manifest.json"])["data"]
    model = torch.jit.load(io.BytesIO(files["model.pt"]))
    for path in arguments.images:
        with torch.no_grad():
            probabilities = model(read_images(path, schema)).softmax(dim=1)
        for index, row in enumerate(probabilities):
            best = int(row.argmax())
            print(f"{path} {index} {schema['class_names'][best]} {row[best]:.4f}")


if __name__ == "__main__":
    main()
