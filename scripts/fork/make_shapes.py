#!/usr/bin/env python3
"""Writes a set of coloured shapes as class folders, to try a fork on data of its shape.

    scripts/fork/make_shapes.py FOLDER SIDE COUNT

FOLDER/{cross,disc,ring,square,triangle} get COUNT PNG images each of SIDE x SIDE pixels: a shape at a random
place, in a random colour on darker paper, with noise. Needs Python alone; the same call writes the same set.
"""
import pathlib
import random
import struct
import sys
import zlib


def triangle(x, y):
    return -0.8 <= y <= 0.8 and abs(x) <= (y + 0.8) / 1.6


SHAPES = {  # whether a point belongs to the shape; x and y from -1 to 1, y downwards
    "cross": lambda x, y: min(abs(x), abs(y)) <= 0.25 and max(abs(x), abs(y)) <= 0.95,
    "disc": lambda x, y: x * x + y * y <= 0.8,
    "ring": lambda x, y: 0.35 <= x * x + y * y <= 0.95,
    "square": lambda x, y: max(abs(x), abs(y)) <= 0.8,
    "triangle": triangle,
}


def png(side, pixels):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + pixels[3 * side * y:3 * side * (y + 1)] for y in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def draw(rng, inside, side):
    radius = rng.uniform(0.3, 0.4) * side
    x0, y0 = (rng.uniform(radius, side - radius) for _ in range(2))
    ink = [rng.randint(120, 235) for _ in range(3)]
    paper = [rng.randint(5, 60) for _ in range(3)]
    pixels = bytearray()
    for y in range(side):
        for x in range(side):
            # The share of the pixel that the shape covers, from four points.
            share = sum(inside((x + dx - x0) / radius, (y + dy - y0) / radius)
                        for dx in (0.25, 0.75) for dy in (0.25, 0.75)) / 4
            for i, p in zip(ink, paper):
                value = share * i + (1 - share) * p + rng.gauss(0, 4)
                pixels.append(max(0, min(255, round(value))))
    return bytes(pixels)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    folder, side, count = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(1)
    for name, inside in SHAPES.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for k in range(count):
            (folder / name / f"{k:04}.png").write_bytes(png(side, draw(rng, inside, side)))


if __name__ == "__main__":
    main()
