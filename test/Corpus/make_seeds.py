#!/usr/bin/env python3
"""Makes the pictures that fuzzing begins with, in forms that Skia does not write: BMP, GIF, and special PNG, JPEG and WebP. Needs no package.

    python3 make_seeds.py     writes seed-* into the folders beside it
"""
import struct
import zlib
from pathlib import Path

HERE = Path(__file__).parent
WIDTH, HEIGHT = 7, 5


def write(folder, name, content):
    (HERE / folder).mkdir(exist_ok=True)
    (HERE / folder / f"seed-{name}.{folder}").write_bytes(content)


def noise(count, seed=1):
    state, values = seed, bytearray()
    for _ in range(count):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        values.append((state >> 16) & 255)
    return bytes(values)


def bmp(bits, compression=0, palette=b"", rows=None, height=HEIGHT, header=40):
    stride = (WIDTH * bits + 31) // 32 * 4
    data = rows if rows is not None else noise(stride * abs(height))
    masks = b"".join(struct.pack("<I", mask) for mask in (0xF800, 0x07E0, 0x001F)) if compression == 3 else b""
    if header == 12:
        info = struct.pack("<IHHHH", 12, WIDTH, height, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", 40, WIDTH, height, 1, bits, compression, len(data), 2835, 2835, len(palette) // 4, 0)
    offset = 14 + len(info) + len(masks) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + info + masks + palette + data


def lzw(pixels, bits):
    """Literal codes only: the table is cleared before it grows past the first width."""
    clear, width = 1 << bits, bits + 1
    codes = []
    for index, pixel in enumerate(pixels):
        if index % ((1 << bits) - 2) == 0:
            codes.append(clear)
        codes.append(pixel)
    codes.append(clear + 1)
    accumulated, filled, out = 0, 0, bytearray()
    for code in codes:
        accumulated |= code << filled
        filled += width
        while filled >= 8:
            out.append(accumulated & 255)
            accumulated >>= 8
            filled -= 8
    out.append(accumulated & 255)
    return bytes([bits]) + bytes([len(out)]) + bytes(out) + b"\0"


def gif(frames, local=False, interlaced=False):
    palette = noise(8 * 3, seed=3)
    file = b"GIF89a" + struct.pack("<HHBBB", WIDTH, HEIGHT, 0x82, 0, 0) + palette
    if frames > 1:
        file += b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    for frame in range(frames):
        w, h, x, y = (WIDTH, HEIGHT, 0, 0) if frame == 0 else (3, 2, 2, 1)
        file += b"\x21\xf9\x04" + bytes([4 + (frame & 1)]) + struct.pack("<HB", 5, 1) + b"\0"
        file += b"\x2c" + struct.pack("<HHHHB", x, y, w, h, (0x82 if local else 0) | (0x40 if interlaced else 0))
        file += palette if local else b""
        file += lzw([value & 7 for value in noise(w * h, seed=frame + 5)], 3)
    return file + b"\x3b"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(bits, colour, interlace=0, extra=b"", samples=1):
    def rows(w, h):
        return b"".join(bytes([row % 5]) + noise((w * bits * samples + 7) // 8, seed=row + 1) for row in range(h)) if w and h else b""

    if interlace:
        steps = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
        data = b"".join(rows((WIDTH - x + dx - 1) // dx, (HEIGHT - y + dy - 1) // dy) for x, y, dx, dy in steps)
    else:
        data = rows(WIDTH, HEIGHT)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, bits, colour, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def riff(kind, data):
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)


def webp(*chunks):
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def vp8l(width, height):
    """A lossless picture of one colour: each of the five codes has one symbol, so that pixels take no bit."""
    bits, filled = 0, 0
    for value, count in [(0x2F, 8), (width - 1, 14), (height - 1, 14), (0, 1), (0, 3), (0, 1), (0, 1), (0, 1)]:
        bits |= value << filled
        filled += count
    for symbol in (0x55, 0x99, 0x33, 0xFF, 0):
        for value, count in [(1, 1), (0, 1), (1, 1), (symbol, 8)]:
            bits |= value << filled
            filled += count
    return bits.to_bytes((filled + 7) // 8 + 1, "little")


def main():
    palette = noise(4 * 16, seed=9)
    write("bmp", "24", bmp(24))
    write("bmp", "32-topdown", bmp(32, height=-HEIGHT))
    write("bmp", "16-masks", bmp(16, compression=3))
    write("bmp", "4-palette", bmp(4, palette=palette))
    write("bmp", "1-palette", bmp(1, palette=palette[:8]))
    write("bmp", "core", bmp(24, header=12))
    rle = b"".join(bytes([WIDTH, row]) + b"\0\0" for row in range(HEIGHT - 1)) + b"\0\x03\1\2\3\0\4\1\0\1"
    write("bmp", "8-rle", bmp(8, compression=1, palette=noise(4 * 256, seed=4), rows=rle))
    write("gif", "one", gif(1))
    write("gif", "interlaced", gif(1, local=True, interlaced=True))
    write("gif", "animated", gif(3))
    write("png", "palette", png(4, 3, extra=chunk(b"PLTE", noise(48)) + chunk(b"tRNS", bytes(range(8)))))
    write("png", "grey-alpha-16", png(16, 4, samples=2))
    write("png", "rgba-interlaced", png(8, 6, interlace=1, samples=4))
    write("png", "grey-1", png(1, 0, extra=chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"tEXt", b"a\0b")))
    write("webp", "lossless", webp(riff(b"VP8L", vp8l(WIDTH, HEIGHT))))
    size = struct.pack("<I", WIDTH - 1)[:3] + struct.pack("<I", HEIGHT - 1)[:3]
    frame = b"\0\0\0\0\0\0" + size + b"\x0a\0\0\2" + riff(b"VP8L", vp8l(WIDTH, HEIGHT))
    write("webp", "animated", webp(
        riff(b"VP8X", b"\x12\0\0\0" + size), riff(b"ANIM", b"\xff\xff\xff\xff\0\0"), riff(b"ANMF", frame), riff(b"ANMF", frame)))


main()
