#!/usr/bin/env python3
"""Measures how well `digits predict` reads pictures, for each kind of picture.

    extras/photos/tests/photos.py --data DIR --model PACKAGE [--program FILE] [--count N] [--kinds a,b]
        [--keep DIR]

Renders N pictures of each kind from enlarged digits of MNIST's test set and from drawn digits. Counts
the pictures that are read correctly: all digits, in reading order, and nothing else. Each picture is
a function of its kind and number. Needs python3-numpy and python3-pil.
"""
import argparse
import gzip
import json
import math
import pathlib
import random
import subprocess
import tempfile

import numpy
from PIL import Image, ImageDraw, ImageFilter

# Centre lines of drawn digits in a box of 60 x 100: polylines, and arcs as (x0, y0, x1, y1, from, to).
STROKES = {
    "0": [("arc", 5, 0, 55, 100, 0, 360)],
    "1": [("line", 30, 0, 30, 100)],
    "2": [("arc", 5, 0, 55, 55, 170, 390), ("line", 51, 42, 5, 100, 58, 100)],
    "3": [("arc", 5, 0, 55, 48, 200, 450), ("arc", 0, 48, 58, 100, 270, 510)],
    "4": [("line", 38, 0, 2, 68, 58, 68), ("line", 38, 0, 38, 100)],
    "5": [("line", 52, 0, 12, 0, 8, 44), ("arc", 0, 36, 55, 100, 230, 500)],
    "6": [("line", 45, 0, 15, 45), ("arc", 5, 38, 55, 100, 0, 360), ("line", 15, 45, 5, 69)],
    "7": [("line", 2, 0, 58, 0, 22, 100)],
    "8": [("arc", 10, 0, 50, 46, 0, 360), ("arc", 5, 46, 55, 100, 0, 360)],
    "9": [("arc", 8, 0, 52, 50, 0, 360), ("line", 52, 25, 46, 100)],
}


def drawn(digit, height, pen):
    """A digit drawn with round strokes: ink 0 to 255, `height` pixels high."""
    factor = 4
    scale = (height - pen) * factor / 100
    image = Image.new("L", (int(60 * scale) + 2 * pen * factor, height * factor), 0)
    draw = ImageDraw.Draw(image)
    radius = pen * factor / 2
    for stroke in STROKES[digit]:
        if stroke[0] == "line":
            points = list(zip(stroke[1::2], stroke[2::2]))
            dense = []
            for (x0, y0), (x1, y1) in zip(points, points[1:]):
                steps = int(math.hypot(x1 - x0, y1 - y0) * 4) + 1
                dense += [(x0 + (x1 - x0) * k / steps, y0 + (y1 - y0) * k / steps)
                          for k in range(steps + 1)]
        else:
            x0, y0, x1, y1, begin, end = stroke[1:]
            dense = [((x0 + x1) / 2 + (x1 - x0) / 2 * math.cos(math.radians(a / 2)),
                      (y0 + y1) / 2 + (y1 - y0) / 2 * math.sin(math.radians(a / 2)))
                     for a in range(2 * begin, 2 * end + 1)]
        for x, y in dense:
            cx, cy = x * scale + radius, y * scale + radius
            draw.ellipse((cx - radius, cy - radius, cx + radius, cy + radius), fill=255)
    small = image.resize((max(1, image.width // factor), height), Image.BOX)
    return small.crop(small.getbbox())


class Source:
    """Source of digits: enlarged ones of MNIST, and drawn ones."""

    def __init__(self, folder):
        def read(name, skip):
            path = pathlib.Path(folder) / name
            data = gzip.open(str(path) + ".gz").read() if not path.exists() else path.read_bytes()
            return numpy.frombuffer(data, numpy.uint8)[skip:]
        self.images = read("t10k-images-idx3-ubyte", 16).reshape(-1, 28, 28)
        self.labels = read("t10k-labels-idx1-ubyte", 8)

    def ink(self, rng, digit, height, pen):
        """Ink and the pen's width in pixels."""
        if rng.random() < 0.5:
            return drawn(digit, height, pen), pen
        while True:
            k = rng.randrange(len(self.labels))
            if self.labels[k] != int(digit):
                continue
            image = Image.fromarray(self.images[k])
            image = image.crop(image.getbbox())
            factor = height / image.height
            width = max(1, round(image.width * factor))
            large = image.resize((width, height), Image.BICUBIC)
            if factor > 3:  # an edge as of a pen, not of enlarged pixels
                soft = numpy.asarray(large, float)
                large = Image.fromarray(
                    numpy.clip((soft - 127) * factor / 3 + 127, 0, 255).astype(numpy.uint8))
            return large, max(1.0, 2.2 * factor)


def write_rows(rng, source, rows, height, pen, gap=0.45, spacing=1.7, drift=0.0, margin=0.6):
    """Rows of digits and the marks - . , : on one sheet: ink, and the thinnest pen used."""
    step = [[height * (0.3 if c in ".,:" else 0.75) for c in row] for row in rows]
    width = max(sum(s + gap * height for s in row) for row in step)
    size = (int(width + 2 * margin * height), int(height * (2 * margin + 1 + spacing * (len(rows) - 1))))
    sheet = Image.new("L", size, 0)
    draw = ImageDraw.Draw(sheet)
    thinnest = 1e9
    for r, row in enumerate(rows):
        x = margin * height
        for k, c in enumerate(row):
            top = margin * height + r * spacing * height + drift * (x - size[0] / 2)
            top += rng.uniform(-0.06, 0.06) * height
            bottom = top + height
            if c.isdigit():
                h = int(height * rng.uniform(0.88, 1.0))
                ink, used = source.ink(rng, c, h, pen)
                thinnest = min(thinnest, used)
                sheet.paste(255, (int(x), int(bottom - h)), ink)
                x += ink.width + gap * height * rng.uniform(0.7, 1.2)
                continue
            if c == "-":
                draw.line((x, top + height * 0.5, x + height * 0.4, top + height * 0.5), 255, int(pen))
            if c in ".:":
                draw.ellipse((x, bottom - 1.4 * pen, x + 1.4 * pen, bottom), fill=255)
            if c == ":":
                draw.ellipse((x, top + 0.4 * height, x + 1.4 * pen, top + 0.4 * height + 1.4 * pen), fill=255)
            if c == ",":
                draw.line((x + pen, bottom - pen, x, bottom + 0.14 * height), 255, int(pen))
            x += height * (0.4 if c == "-" else 0.15) + gap * height * rng.uniform(0.7, 1.2)
    return sheet, thinnest


def photograph(rng, ink, paper=None, pen_colour=None, blur=0.0, gradient=0.0, noise=0.0):
    """Ink on paper under a random light, as grey levels."""
    light_on_dark = rng.random() < 0.3
    if paper is None:
        paper, pen_colour = rng.uniform(190, 255), rng.uniform(10, 80)
        if light_on_dark:
            paper, pen_colour = rng.uniform(0, 60), rng.uniform(190, 255)
    if blur > 0:
        ink = ink.filter(ImageFilter.GaussianBlur(blur))
    a = numpy.asarray(ink, float) / 255
    grey = paper * (1 - a) + pen_colour * a
    h, w = grey.shape
    angle = rng.uniform(0, 2 * math.pi)
    y, x = numpy.mgrid[0:h, 0:w]
    slope = (x / w - 0.5) * math.cos(angle) + (y / h - 0.5) * math.sin(angle)
    grey = grey * (1 - gradient * (slope + 0.5))
    grey = grey + noise * numpy.random.default_rng(rng.randrange(1 << 30)).normal(size=grey.shape)
    return Image.fromarray(numpy.clip(grey, 0, 255).astype(numpy.uint8))


def plain_options(rng):
    return {"gradient": rng.choice([0, 0, 0.3]), "noise": rng.choice([0, 2, 5])}


def on_canvas(rng, ink, room=1.8):
    """The ink at a random place on a larger sheet."""
    size = int(max(ink.size) * room)
    canvas = Image.new("L", (size, size), 0)
    canvas.paste(ink, (rng.randint(0, size - ink.width), rng.randint(0, size - ink.height)))
    return canvas


def random_digits(rng, n):
    return "".join(rng.choice("0123456789") for _ in range(n))


def single(rng, source, height=None):
    height = height or int(rng.uniform(80, 400))
    pen = max(2, int(height * rng.uniform(0.05, 0.14)))
    digit = random_digits(rng, 1)
    ink, used = source.ink(rng, digit, height, pen)
    framed = Image.new("L", (ink.width + height // 2, height + height // 2), 0)
    framed.paste(ink, (height // 4, height // 4))
    return digit, framed, used


def plain(rng, source):
    digit, ink, _ = single(rng, source)
    return digit, photograph(rng, on_canvas(rng, ink), **plain_options(rng))


def scales(rng, source):
    height = int(20 * 100 ** rng.random())
    digit, ink, _ = single(rng, source, height)
    return digit, photograph(rng, ink, noise=rng.choice([0, 3]))


def soft(rng, source):
    height = int(30 * 40 ** rng.random())
    digit, ink, pen = single(rng, source, height)
    return digit, photograph(rng, ink, blur=pen * rng.uniform(0.1, 0.25), noise=rng.choice([0, 2]))


def canvas28(rng, source):
    height = rng.randint(9, 26)
    digit = random_digits(rng, 1)
    ink, _ = source.ink(rng, digit, height * 10, max(10, int(height * rng.uniform(0.8, 1.3))))
    canvas = Image.new("L", (280, 280), 0)
    canvas.paste(ink, (rng.randint(0, max(0, 279 - ink.width)), rng.randint(5, 275 - height * 10)))
    small = canvas.resize((28, 28), Image.LANCZOS)
    return digit, small if rng.random() < 0.7 else Image.eval(small, lambda v: 255 - v)


def perspective(image, corners, size, fill):
    """`image` with its corners at `corners` of a picture of `size`."""
    w, h = image.size
    rows, right = [], []
    for (x, y), (u, v) in zip(corners, [(0, 0), (w, 0), (w, h), (0, h)]):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    values = numpy.linalg.solve(numpy.array(rows, float), numpy.array(right, float))
    return image.transform(size, Image.PERSPECTIVE, values, Image.BICUBIC, fillcolor=fill)


def desk(rng, source):
    n = rng.choice([1, 1, 2, 3])
    height = int(rng.uniform(90, 160))
    written = random_digits(rng, n)
    ink, _ = write_rows(rng, source, [written], height, max(4, int(height * rng.uniform(0.06, 0.12))), margin=0.9)
    sheet = photograph(rng, ink, rng.uniform(205, 250), rng.uniform(10, 70))
    pw, ph = (int(s * rng.uniform(1.15, 1.6)) for s in sheet.size)
    left, top = rng.uniform(-0.1, 1) * (pw - sheet.width), rng.uniform(0, 1) * (ph - sheet.height)
    def off():
        return rng.uniform(-0.04, 0.04) * sheet.width
    corners = [(left + off(), top + off()), (left + sheet.width + off(), top + off()),
               (left + sheet.width + off(), top + sheet.height + off()), (left + off(), top + sheet.height + off())]
    mask = perspective(Image.new("L", sheet.size, 255), corners, (pw, ph), 0)
    laid = perspective(sheet, corners, (pw, ph), 0)
    picture = Image.new("L", (pw, ph), int(rng.uniform(20, 130)))
    picture.paste(laid, (0, 0), mask)
    a = numpy.asarray(picture, float)
    a = a + rng.choice([2, 4]) * numpy.random.default_rng(rng.randrange(1 << 30)).normal(size=a.shape)
    return written, Image.fromarray(numpy.clip(a, 0, 255).astype(numpy.uint8)).filter(ImageFilter.GaussianBlur(0.7))


def boxed(rng, source):
    n = rng.choice([1, 1, 1, 4])
    height = int(rng.uniform(100, 220))
    pen = max(4, int(height * rng.uniform(0.06, 0.12)))
    line = max(2, int(pen * rng.uniform(0.25, 0.9)))
    written = random_digits(rng, n)
    cell_w, cell_h = int(height * rng.uniform(1.15, 1.5)), int(height * rng.uniform(1.25, 1.6))
    ink = Image.new("L", (cell_w * n + height, cell_h + height), 0)
    draw = ImageDraw.Draw(ink)
    apart = rng.random() < 0.5
    for k, digit in enumerate(written):
        glyph, _ = source.ink(rng, digit, height, pen)
        x = height // 2 + k * cell_w
        inset = cell_w // 16 if apart and n > 1 else 0
        draw.rectangle((x + inset, height // 2, x + cell_w - inset, height // 2 + cell_h), outline=255, width=line)
        room_x, room_y = cell_w - glyph.width, cell_h - glyph.height
        ink.paste(255, (x + int(room_x * rng.uniform(0.3, 0.7)), height // 2 + int(room_y * rng.uniform(0.3, 0.7))), glyph)
    ink = ink.rotate(rng.uniform(-3, 3), Image.BICUBIC)
    return written, photograph(rng, ink, **plain_options(rng))


def touching(rng, source):
    """A digit that reaches over the line of its box, or over the line below it."""
    height = int(rng.uniform(120, 220))
    pen = max(6, int(height * rng.uniform(0.07, 0.12)))
    line = max(2, int(pen * rng.uniform(0.25, 0.6)))
    digit = random_digits(rng, 1)
    glyph, _ = source.ink(rng, digit, height, pen)
    ink = Image.new("L", (2 * height, 2 * height), 0)
    x, y = (ink.width - glyph.width) // 2, height // 2
    ink.paste(255, (x, y), glyph)
    draw = ImageDraw.Draw(ink)
    level = y + height + int(height * rng.uniform(-0.12, -0.02))
    if rng.random() < 0.5:
        draw.line((height * 0.2, level, height * 1.8, level), 255, line)
    else:
        draw.rectangle((height * 0.25, height * 0.3, height * 1.75, level), outline=255, width=line)
    ink = ink.rotate(rng.uniform(-2, 2), Image.BICUBIC)
    return digit, photograph(rng, ink, **plain_options(rng))


def underline(rng, source):
    n = rng.choice([1, 1, 3])
    height = int(rng.uniform(100, 220))
    pen = max(4, int(height * rng.uniform(0.06, 0.12)))
    written = random_digits(rng, n)
    ink, _ = write_rows(rng, source, [written], height, pen)
    draw = ImageDraw.Draw(ink)
    y = height * 0.6 + height * rng.uniform(1.12, 1.3)
    draw.line((ink.width * 0.12, y, ink.width * rng.uniform(0.8, 0.95), y + rng.uniform(-0.03, 0.03) * height), 255,
              max(2, int(pen * rng.uniform(0.3, 1.0))))
    return written, photograph(rng, ink, **plain_options(rng))


def ruled(rng, source):
    height = int(rng.uniform(60, 120))
    pen = max(4, int(height * rng.uniform(0.07, 0.12)))
    rows = [random_digits(rng, rng.randint(2, 4)) for _ in range(2)]
    ink, _ = write_rows(rng, source, rows, height, pen, spacing=1.7)
    strength = rng.randint(90, 160)
    a = numpy.asarray(ink).copy()
    for k in range(-1, 3):
        y = int(height * (0.6 + 1.12 + 1.7 * k))
        if 0 <= y < a.shape[0]:
            a[y:y + max(1, pen // 4)] = numpy.maximum(a[y:y + max(1, pen // 4)], strength)
    return "".join(rows), photograph(rng, Image.fromarray(a), rng.uniform(220, 255), rng.uniform(10, 70))


def rows(rng, source):
    height = int(rng.uniform(50, 160))
    pen = max(3, int(height * rng.uniform(0.06, 0.12)))
    lines = [random_digits(rng, rng.randint(1, 5)) for _ in range(rng.randint(2, 4))]
    ink, _ = write_rows(rng, source, lines, height, pen, drift=rng.uniform(-0.06, 0.06), spacing=rng.uniform(1.5, 2.0))
    return "".join(lines), photograph(rng, ink, **plain_options(rng))


def marks(rng, source):
    height = int(rng.uniform(60, 200))
    pen = max(4, int(height * rng.uniform(0.06, 0.12)))
    text = random_digits(rng, rng.randint(1, 3)) + rng.choice("-.,-:") + random_digits(rng, rng.randint(1, 3))
    ink, _ = write_rows(rng, source, [text], height, pen)
    draw = ImageDraw.Draw(ink)
    for _ in range(rng.choice([0, 0, 5])):
        x, y, r = rng.uniform(0, ink.width), rng.uniform(0, ink.height), pen * rng.uniform(0.2, 0.5)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
    return "".join(c for c in text if c.isdigit()), photograph(rng, ink, **plain_options(rng))


KINDS = {f.__name__: f for f in (plain, scales, soft, canvas28, desk, boxed, touching, underline, ruled, rows, marks)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--program", default="build/release/digits")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--keep")
    options = parser.parse_args()
    source = Source(options.data)
    root = pathlib.Path(options.keep or tempfile.mkdtemp())
    print(f"{'kind':<10} {'pictures':>8} {'right':>6} {'digits found':>12} {'labels':>7}")
    for kind in options.kinds.split(","):
        folder = root / kind
        folder.mkdir(parents=True, exist_ok=True)
        truth = {}
        for k in range(options.count):
            rng = random.Random(f"{kind} {k}")
            as_jpeg = kind != "canvas28" and rng.random() < 0.5
            quality = rng.randint(60, 95)
            name = f"{k:04}." + ("jpg" if as_jpeg else "png")
            old = sorted(folder.glob(f"{k:04}-*"))
            if old:
                truth[old[0].name] = old[0].stem.split("-")[1]
                continue
            written, picture = KINDS[kind](rng, source)
            name = f"{k:04}-{written}." + ("jpg" if as_jpeg else "png")
            picture.save(folder / name, **({"quality": quality} if as_jpeg else {}))
            truth[name] = written
        result = subprocess.run([options.program, "predict", "--json", "--model", options.model, str(folder)],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        seen = dict.fromkeys(truth, "")
        for line in result.stdout.splitlines():
            prediction = json.loads(line)
            seen[pathlib.Path(prediction["path"]).name] += prediction["label"] or "?"
        right = sum(seen[name] == truth[name] for name in truth)
        found = sum(len(seen[name]) == len(truth[name]) for name in truth)
        same = [a == b for name in truth if len(seen[name]) == len(truth[name])
                for a, b in zip(seen[name], truth[name])]
        print(f"{kind:<10} {len(truth):>8} {right:>6} {found:>12} {sum(same) / max(1, len(same)):>7.3f}", flush=True)
        if options.keep:
            wrong = [f"{name} {seen[name]}" for name in sorted(truth) if seen[name] != truth[name]]
            (root / f"{kind}.txt").write_text("\n".join(wrong))


if __name__ == "__main__":
    main()
