#!/usr/bin/env python3
"""Writes image files in the forms that people have, with the pixels that Pillow sees in them.

Run with a Python that has Pillow with WebP: /usr/bin/python3 eng/make-image-fixture.py
Writes test/Microsoft.ML.BlockPruning.Tests/Imaging/Fixtures/files.json.
"""
import base64
import io
import json
import pathlib
import struct
import zlib

import PIL
from PIL import Image, ImageOps

OUT = pathlib.Path(__file__).parent.parent / "test/Microsoft.ML.BlockPruning.Tests/Imaging/Fixtures/files.json"
SIZE = 12
OPTIONS = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}, "PNG": {}}
TABLE = bytes(value for i in range(8) for value in (200 - 20 * i, 30 * i, (70 * i) % 256))


def picture(width=SIZE, height=SIZE, seed=5):
    """Slopes with a mark at the top left, so that every turn shows."""
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            image.putpixel((x, y), (255, 0, 0) if x < 4 and y < 3 else (10 * x + seed, 15 * y, (7 * x * y + 40) % 256))
    return image


def saved(image, file_format, **options):
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(bits, color, rows, extra=b"", interlaced=0):
    header = struct.pack(">IIBBBBB", SIZE, SIZE, bits, color, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))) + chunk(b"IEND", b"")


def interlaced(image):
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = [
        b"".join(bytes(image.getpixel((x, y))) for x in range(left, SIZE, across))
        for left, top, across, down in passes for y in range(top, SIZE, down) if left < SIZE
    ]
    return png(8, 2, rows, interlaced=1)


def lzw(width, height):
    """Pixels of a GIF frame, their index growing along the rows."""
    image = Image.new("P", (width, height))
    image.putpalette(TABLE)
    image.putdata([(x + y) % 8 for y in range(height) for x in range(width)])
    file = saved(image, "GIF", optimize=False)
    at = file.index(b"\x2c\0\0\0\0")
    flags = file[at + 9]
    return file[at + 10 + ((3 << ((flags & 7) + 1)) if flags & 0x80 else 0) : -1]


def gif(width, height, frames, transparent=None):
    out = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x82, 0, 0) + TABLE
    for left, top, frame_width, frame_height in frames:
        if transparent is not None:
            out += b"\x21\xf9\x04" + bytes([1, 0, 0, transparent]) + b"\0"
        out += b"\x2c" + struct.pack("<HHHHB", left, top, frame_width, frame_height, 0) + lzw(frame_width, frame_height)
    return out + b"\x3b"


def bmp(bits, rows, height=SIZE, compression=0, table=b"", masks=b""):
    pixels = b"".join(rows)
    start = 14 + 40 + len(masks) + len(table)
    header = struct.pack("<IiiHHIIiiII", 40, SIZE, height, 1, bits, compression, len(pixels), 2835, 2835, len(table) // 4, 0)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + header + masks + table + pixels


def files():
    source = picture()
    deep = [[tuple(257 * value for value in source.getpixel((x, y))) for x in range(SIZE)] for y in range(SIZE)]
    grey_table = b"".join(bytes([i, 255 - i, i // 2, 0]) for i in range(256))
    alpha = Image.frombytes("L", (SIZE, SIZE), bytes(range(SIZE * SIZE)))
    rgba = source.copy()
    rgba.putalpha(alpha)
    faint = source.copy()
    faint.putalpha(0)
    second = picture(seed=90)
    # name, file, levels that two right decoders may differ by
    yield "PNG, RGB of 16 bits", png(16, 2, [b"".join(struct.pack(">HHH", *pixel) for pixel in row) for row in deep]), 0
    yield "PNG, interlaced", interlaced(source), 0
    yield "PNG, grey of one bit", saved(source.convert("1"), "PNG"), 0
    yield "PNG, grey with alpha", saved(rgba.convert("LA"), "PNG"), 0
    yield "PNG, all transparent", saved(faint, "PNG"), 0
    yield "PNG, a transparent grey", png(8, 0, [bytes(range(y, y + SIZE)) for y in range(SIZE)], chunk(b"tRNS", struct.pack(">H", 5))), 0
    yield "PNG, a transparent colour", png(8, 2, [source.tobytes()[36 * y : 36 * y + 36] for y in range(SIZE)], chunk(b"tRNS", struct.pack(">HHH", 255, 0, 0))), 0
    yield "PNG, palette with transparent entries", saved(source.quantize(16), "PNG", transparency=bytes(range(0, 256, 17))), 0
    yield "PNG, gamma", png(8, 2, [source.tobytes()[36 * y : 36 * y + 36] for y in range(SIZE)], chunk(b"gAMA", struct.pack(">I", 100000))), 0
    yield "PNG, animated", saved(source, "PNG", save_all=True, append_images=[second], duration=100), 0
    yield "JPEG, progressive", saved(source, "JPEG", progressive=True, quality=90), 0
    yield "JPEG, CMYK", saved(source.convert("CMYK"), "JPEG", quality=100), 0
    yield "BMP, rows from top to bottom", bmp(24, [bytes(v for x in range(SIZE) for v in source.getpixel((x, y))[::-1]) for y in range(SIZE)], -SIZE), 0
    yield "BMP, run lengths", bmp(8, [bytes([SIZE, 10 * y]) + b"\0\0" for y in range(SIZE)] + [b"\0\1"], compression=1, table=grey_table), 0
    yield "BMP, 32 bits, the fourth byte unused", bmp(32, [bytes(v for x in range(SIZE) for v in (*source.getpixel((x, y))[::-1], 0)) for y in range(SIZE)]), 0
    yield "GIF", gif(SIZE, SIZE, [(0, 0, SIZE, SIZE)]), 0
    yield "GIF, a transparent entry", gif(SIZE, SIZE, [(0, 0, SIZE, SIZE)], transparent=3), 0
    yield "GIF, a frame smaller than its canvas", gif(SIZE, SIZE, [(3, 2, 5, 4)]), 0
    yield "GIF, smaller, with a transparent entry", gif(SIZE, SIZE, [(3, 2, 5, 4)], transparent=3), 0
    yield "GIF, a frame beyond its canvas", gif(8, 9, [(2, 1, SIZE - 2, SIZE - 1)]), 0
    yield "GIF, a canvas of no size", gif(0, 0, [(0, 0, SIZE, SIZE)]), 0
    yield "GIF, two frames", gif(SIZE, SIZE, [(0, 0, SIZE, SIZE), (3, 2, 5, 4)]), 0
    yield "WebP, lossless", saved(source, "WEBP", lossless=True), 0
    yield "WebP, lossy", saved(source, "WEBP", quality=90), 0
    yield "WebP, transparent", saved(rgba, "WEBP", lossless=True, exact=True), 0
    yield "WebP, animated", saved(source, "WEBP", lossless=True, save_all=True, append_images=[second], duration=100), 0


def turned(orientation, file_format):
    """A picture 20 wide and 12 high, stored turned; what is seen of it, and the network's square of that."""
    exif = Image.Exif()
    exif[0x112] = orientation
    file = saved(picture(20, SIZE), file_format, exif=exif.tobytes(), **OPTIONS[file_format])
    expected = []
    for image in (Image.open(io.BytesIO(file)), ImageOps.exif_transpose(Image.open(io.BytesIO(file)))):
        image = image.convert("RGB")
        left, top = int(round((image.width - SIZE) / 2)), int(round((image.height - SIZE) / 2))
        expected.append(encode(image.crop((left, top, left + SIZE, top + SIZE)).tobytes()))
    return {"name": f"{file_format}, orientation {orientation}", "bytes": encode(file), "stored": expected[0], "seen": expected[1]}


def encode(data):
    return base64.b64encode(data).decode()


def decoded(name, file, tolerance):
    image = Image.open(io.BytesIO(file))
    assert image.size == (SIZE, SIZE), (name, image.size)
    return {"name": name, "bytes": encode(file), "rgb": encode(image.convert("RGB").tobytes()), "tolerance": tolerance}


content = {
    "pillow": PIL.__version__,
    "grey16": encode(png(16, 0, [b"".join(struct.pack(">H", 16 * 257 * x) for x in range(SIZE))] * SIZE)),
    "files": [decoded(*file) for file in files()],
    "turned": [turned(orientation, form) for form in ("JPEG", "WEBP", "PNG") for orientation in range(1, 9)],
}
OUT.write_text(json.dumps(content, indent=1) + "\n")
print(f"{len(content['files'])} files, {len(content['turned'])} turned, {OUT.stat().st_size} bytes, Pillow {PIL.__version__}")
