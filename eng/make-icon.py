"""Draws eng/icon.png, the icon of the packages: a grid of weight blocks, some of them removed. Needs nothing but Python."""
import pathlib
import struct
import zlib

SIDE, GRID, GAP, MARGIN = 128, 5, 4, 8
KEPT, REMOVED = (0x51, 0x2B, 0xD4, 255), (0xD9, 0xD3, 0xF2, 255)
PATTERN = ["##.#.", ".##.#", "#.###", "##..#", ".#.##"]


def pixel(x, y):
    pitch = (SIDE - 2 * MARGIN + GAP) / GRID
    column, row = int((x - MARGIN) // pitch), int((y - MARGIN) // pitch)
    if not (0 <= column < GRID and 0 <= row < GRID):
        return (0, 0, 0, 0)
    if (x - MARGIN) % pitch >= pitch - GAP or (y - MARGIN) % pitch >= pitch - GAP:
        return (0, 0, 0, 0)
    return KEPT if PATTERN[row][column] == "#" else REMOVED


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + b"".join(bytes(pixel(x, y)) for x in range(SIDE)) for y in range(SIDE))
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0))
png += chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
(pathlib.Path(__file__).parent / "icon.png").write_bytes(png)
