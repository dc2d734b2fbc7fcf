#!/usr/bin/env python3
"""Writes the expected bytes of the image preprocessing, made by Pillow with torchvision's and Hugging Face's arithmetic.

Run with a Python that has Pillow: /usr/bin/python3 eng/make-resize-fixture.py
Writes test/Microsoft.ML.BlockPruning.Tests/Imaging/Fixtures/resize.json.
"""
import base64
import io
import json
import pathlib

import PIL
from PIL import Image

OUT = pathlib.Path(__file__).parent.parent / "test/Microsoft.ML.BlockPruning.Tests/Imaging/Fixtures/resize.json"
FILTERS = {"Bilinear": Image.BILINEAR, "Bicubic": Image.BICUBIC}


def noise_and_edges(width, height, seed):
    """Noise for the sums, hard edges for the overshoot that must be clipped."""
    state, pixels = seed, bytearray()
    for y in range(height):
        for x in range(width):
            for c in range(3):
                state = (state * 1103515245 + 12345) & 0x7FFFFFFF
                edge = 255 if (x // 7 + y // 5 + c) % 2 else 0
                pixels.append((state >> 16) & 255 if (x + y) % 3 else edge)
    return Image.frombytes("RGB", (width, height), bytes(pixels))


def shortest_side(image, size, resize, filter_):
    """torchvision Resize(int) and CenterCrop."""
    w, h = image.size
    target = (resize, int(resize * h / w)) if w <= h else (int(resize * w / h), resize)
    image = image.resize(target, filter_)
    top, left = int(round((target[1] - size) / 2.0)), int(round((target[0] - size) / 2.0))
    return image.crop((left, top, left + size, top + size))


def exact(image, size, resize, filter_):
    """Hugging Face: both sides, then center_crop, which rounds down."""
    offset = (resize - size) // 2
    return image.resize((resize, resize), filter_).crop((offset, offset, offset + size, offset + size))


FORMS = [("RGB", "PNG"), ("L", "PNG"), ("P", "PNG"), ("RGBA", "PNG"), ("RGB", "BMP"), ("RGB", "JPEG"), ("L", "JPEG")]
WAYS = {"ShortestSide": shortest_side, "Exact": exact}


def case(width, height, channels, way, interpolation, size, resize, seed):
    source = noise_and_edges(width, height, seed)
    image = source.convert("L") if channels == 1 else source
    expected = WAYS[way](image, size, resize, FILTERS[interpolation])
    encode = lambda data: base64.b64encode(data).decode()
    return {
        "name": f"{width}x{height} c{channels} {way} {interpolation} {resize}->{size}",
        "width": width, "height": height, "channels": channels, "resize": way, "interpolation": interpolation,
        "imageSize": size, "resizeSize": resize, "rgb": encode(source.tobytes()), "expected": encode(expected.tobytes()),
    }


def encoded(mode, file_format):
    """An encoded image in each form that people have, and the bytes that Pillow's convert makes of it."""
    image = noise_and_edges(12, 12, 99).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.frombytes("L", (12, 12), bytes(range(0, 144))))  # convert("RGB") drops alpha, it does not blend
    file = io.BytesIO()
    image.save(file, file_format)
    encode = lambda data: base64.b64encode(data).decode()
    image = Image.open(file)
    return {
        "form": f"{file_format} {mode}", "bytes": encode(file.getvalue()),
        "rgb": encode(image.convert("RGB").tobytes()), "luma": encode(image.convert("RGB").convert("L").tobytes()),
    }


cases = [
    case(37, 53, 3, "ShortestSide", "Bicubic", 20, 23, 1),      # shrink, portrait, odd margins
    case(53, 37, 3, "ShortestSide", "Bilinear", 24, 27, 2),     # shrink, landscape
    case(61, 41, 1, "ShortestSide", "Bicubic", 24, 24, 3),      # grey, crop on one side only
    case(13, 17, 3, "ShortestSide", "Bicubic", 24, 29, 4),      # enlarge, odd difference
    case(40, 30, 3, "Exact", "Bilinear", 16, 16, 5),            # Hugging Face ViT
    case(40, 30, 3, "Exact", "Bicubic", 16, 19, 6),             # Hugging Face DeiT
    case(24, 24, 3, "ShortestSide", "Bicubic", 24, 24, 7),      # same size: nothing may change
    case(24, 48, 3, "ShortestSide", "Bilinear", 24, 24, 8),     # one pass only
    case(1, 1, 3, "Exact", "Bicubic", 8, 8, 9),                 # a single pixel
    case(200, 9, 1, "Exact", "Bilinear", 12, 12, 10),           # far from square
    case(1500, 2, 3, "ShortestSide", "Bicubic", 12, 13, 11),    # resized it would be 9,750 wide
    case(2, 1500, 3, "Exact", "Bicubic", 12, 12, 12),           # 501 taps
]
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps({"pillow": PIL.__version__, "cases": cases, "encoded": [encoded(*form) for form in FORMS]}, indent=1) + "\n")
print(f"{len(cases)} cases, {OUT.stat().st_size} bytes, Pillow {PIL.__version__}")
