"""Reads safetensors files with the standard library alone.

    python3 safetensors_reader.py FILE    lists the tensors of a file

The format (https://github.com/huggingface/safetensors): a little-endian u64, the length of
the JSON header; the header, with `dtype`, `shape` and `data_offsets` of each tensor; the numbers,
little-endian, row by row. Nothing in it can be executed. PyTorch and NumPy use the values without a
copy:

    torch.frombuffer(tensor.values, dtype=torch.float32).view(tensor.shape)
    numpy.frombuffer(tensor.values, dtype=numpy.float32).reshape(tensor.shape)
"""
import array
import json
import math
import pathlib
import struct
import sys
from typing import NamedTuple

TYPES = {"F32": "f", "I64": "q"}  # the types that digits writes, and their codes in `array`


class Tensor(NamedTuple):
    dtype: str
    shape: list
    values: array.array  # row by row


def parse_safetensors(raw):
    """The tensors in the bytes of a file, by name. Raises ValueError for anything else."""
    try:
        (length,) = struct.unpack_from("<Q", raw)
        header = json.loads(raw[8 : 8 + length])
        header.pop("__metadata__", None)  # free text
        data = raw[8 + length :]
        return {name: parse_tensor(data, **entry) for name, entry in header.items()}
    except (ValueError, struct.error, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no safetensors file: {error}") from error


def parse_tensor(data, dtype, shape, data_offsets):
    begin, end = data_offsets
    values = array.array(TYPES[dtype], data[begin:end])
    if sys.byteorder == "big":
        values.byteswap()
    if len(values) != math.prod(shape):
        raise ValueError(f"{len(values)} values, expected the shape {shape}")
    return Tensor(dtype, shape, values)


def read_safetensors(path):
    return parse_safetensors(pathlib.Path(path).read_bytes())


if __name__ == "__main__":
    for name, tensor in read_safetensors(sys.argv[1]).items():
        low, high = min(tensor.values), max(tensor.values)
        print(f"{name:<28} {tensor.dtype} {str(tensor.shape):<18} from {low:.6g} to {high:.6g}")
