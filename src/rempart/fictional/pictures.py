"""Invented pictures: seeded cloudy gradients with a few shapes, as PNG, the same bytes on every machine.

Whole numbers only, and the PNG's data are stored, not compressed: no version of zlib and no rounding can change a byte. The same
seed at another side is the same picture at another size.
"""

import hashlib
import struct
import zlib

import numpy as np

_CELLS = 9  # lights of the coarse grid a side; between them the picture is interpolated
_SHAPES = 3
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_STORED_BYTES = 65_535  # of one stored block, RFC 1951, 3.2.4


def paint(seed: int, *, side: int, lighter: int = 0, note: str = "") -> bytes:
    """The PNG of the picture of this seed: `side` × `side` pixels of 16 colours.

    side: even. lighter: added to the light, of 255. note: stands beside the picture as text and changes bytes, never pixels.
    """
    told = hashlib.shake_128(b"picture %d" % seed).digest(_CELLS * _CELLS + 6 + 5 * _SHAPES)
    light = np.clip(_clouds(told, side) + lighter, 0, 255)
    _draw_shapes(light, told[_CELLS * _CELLS + 6 :], side)
    index = (light >> 4).astype(np.uint8)
    packed = (index[:, 0::2] << 4) | index[:, 1::2]
    rows = np.zeros((side, side // 2 + 1), np.uint8)  # each row begins with its filter, 0: none
    rows[:, 1:] = packed
    return _png(side, _palette(told[_CELLS * _CELLS :]), rows.tobytes(), note)


def _clouds(told: bytes, side: int) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Light from 0 to 255 for each pixel, between the lights of the grid."""
    grid = np.frombuffer(told, np.uint8, _CELLS * _CELLS).reshape(_CELLS, _CELLS).astype(np.int32)
    at = np.arange(side, dtype=np.int32) * ((_CELLS - 1) * 256) // side
    cell, part = at >> 8, at & 255
    across = grid[:, cell] * (256 - part) + grid[:, cell + 1] * part
    down = across[cell] * (256 - part)[:, None] + across[cell + 1] * part[:, None]
    return np.asarray(down >> 16, np.int32).reshape(side, side)


def _draw_shapes(light: np.ndarray[tuple[int, int], np.dtype[np.int32]], told: bytes, side: int) -> None:
    """Discs and rectangles of one light each, in the places that the bytes tell."""
    rows, columns = np.ogrid[0:side, 0:side]
    for number in range(_SHAPES):
        x, y, wide, high, value = told[5 * number : 5 * number + 5]
        left, top, width, height = (
            x * side >> 8,
            y * side >> 8,
            (32 + wide // 4) * side >> 8,
            (32 + high // 4) * side >> 8,
        )
        if number == 0:
            light[(columns - left) ** 2 + (rows - top) ** 2 < (width // 2) ** 2] = value
        else:
            light[top : top + height, left : left + width] = value


def _palette(told: bytes) -> bytes:
    """16 colours from a dark one to a light one."""
    dark, bright = [value // 3 for value in told[:3]], [170 + value // 3 for value in told[3:6]]
    return bytes(a + (b - a) * step // 15 for step in range(16) for a, b in zip(dark, bright, strict=True))


def _png(side: int, palette: bytes, rows: bytes, note: str) -> bytes:
    header = struct.pack(">IIBBBBB", side, side, 4, 3, 0, 0, 0)  # 4 bits a pixel, by palette
    text = _chunk(b"tEXt", b"Comment\0" + note.encode("latin-1")) if note else b""
    parts = (
        _chunk(b"IHDR", header),
        text,
        _chunk(b"PLTE", palette),
        _chunk(b"IDAT", _stored(rows)),
        _chunk(b"IEND", b""),
    )
    return _SIGNATURE + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _stored(data: bytes) -> bytes:
    """A zlib stream that compresses nothing. Source: RFC 1950; RFC 1951, 3.2.4."""
    blocks = [b"\x78\x01"]
    for start in range(0, len(data), _STORED_BYTES):
        block = data[start : start + _STORED_BYTES]
        is_last = start + _STORED_BYTES >= len(data)
        blocks.append(struct.pack("<BHH", is_last, len(block), len(block) ^ 0xFFFF) + block)
    return b"".join(blocks) + struct.pack(">I", zlib.adler32(data))
