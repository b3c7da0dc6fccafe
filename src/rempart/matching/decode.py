"""Pictures out of untrusted bytes, for hashing only: bounded in bytes and points, never shown, never written.

What stands in the bytes decides, never the name. A picture is turned into points as it is stored: a note of the camera that says
"turn me" is not followed, since the lists do not follow it and a look-up tries the eight forms anyway.
Above FULL_PX points a picture is made smaller by a whole number while it is decoded; `decoded` says so, because two hashes compare
best when they were made alike. Measured on 12 synthetic pictures of 12 million points: 0 to 2 bits of 256 move.
Not covered: HEIC; all but the first picture of an animation; layers.
Needs the extra `media` (Pillow); without it everything here raises NotDecoded with Why.NO_LIBRARY.
"""

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.errors import BadInput

try:
    from PIL import Image, UnidentifiedImageError
except ImportError:  # the extra `media` is not there; what cannot be looked at is told
    Image = None  # type: ignore[assignment]

MAX_PICTURE_BYTES: Final = 64 << 20
MAX_PICTURE_PX: Final = 64_000_000  # 192 MB of points: the largest phone cameras of 2026 stay below in their usual mode
FULL_PX: Final = 4_000_000  # up to here nothing is made smaller: 0.4 s a picture
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")
_DAMAGES = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    TypeError,
    struct.error,
    zlib.error,
)


class Why(Enum):
    """Why something has no likeness."""

    NO_LIBRARY = "no_library"  # the extra `media` is not installed
    NO_BYTES = "no_bytes"  # the bytes cannot be reached: profile, reference only, damaged archive
    TOO_LARGE = "too_large"  # more bytes than are decoded
    TOO_MANY_POINTS = "too_many_points"  # a decompression bomb, or more than MAX_PICTURE_PX
    DAMAGED = "damaged"
    CHANGED = "changed"  # the bytes are not those whose SHA-256 the table tells
    OTHER_FORMAT = "other_format"  # neither a picture nor a video that is read
    TOO_SMALL = "too_small"  # below 5 × 5 points
    FLAT = "flat"  # too little detail
    STOPPED = "stopped"  # the decoder ended its process


class NotDecoded(BadInput):
    """The bytes give no picture; `why` for those who count."""

    def __init__(self, template: str, /, *, why: Why, **fields: object) -> None:
        super().__init__(template, **fields)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Points of a picture. pixels: (rows, columns, 3) red, green, blue, or (rows, columns) grey, 0 to 255.

    decoded: how it came about, `jpeg 4000x3000 1/2`: format, size as stored, and the share that each side was made smaller to.
    """

    pixels: NDArray[np.uint8]
    decoded: str


def decode_picture(data: bytes) -> Picture:
    """The picture in the bytes, the first one of an animation.

    Raises: NotDecoded.
    """
    if Image is None:
        raise NotDecoded(
            'Pictures cannot be opened: the extra "media" of Rempart is not installed.', why=Why.NO_LIBRARY
        )
    if len(data) > MAX_PICTURE_BYTES:
        raise NotDecoded("The picture has more bytes than Rempart opens; it was left as it is.", why=Why.TOO_LARGE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # what Pillow wonders about in the notes of a camera is nobody's concern here
            return _decode(data)
    except UnidentifiedImageError as error:
        raise NotDecoded("The file is not a picture that Rempart can open.", why=Why.OTHER_FORMAT) from error
    except (Image.DecompressionBombError, MemoryError) as error:
        raise _bomb() from error
    except _DAMAGES as error:
        raise NotDecoded("The picture is damaged or cut; it was left as it is.", why=Why.DAMAGED) from error


def _decode(data: bytes) -> Picture:
    with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
        width, height = image.size
        if width * height > MAX_PICTURE_PX:
            raise _bomb()
        wanted = _shrink(width * height)
        if wanted > 1:
            image.draft(None, (width // wanted, height // wanted))  # JPEG only: decodes fewer points
        image.load()
        left = max(1, round(wanted * image.size[0] / width))
        points = image if image.mode in {"RGB", "L"} else image.convert("RGB")
        if left > 1:
            points = points.reduce(left)
        told = f"{(image.format or '').lower()} {width}x{height} 1/{wanted}"
        return Picture(pixels=np.asarray(points), decoded=told)


def _shrink(points: int) -> int:
    """By how much each side is made smaller: a power of two, as JPEG decoders can."""
    by = 1
    while points > FULL_PX * by * by:
        by *= 2
    return by


def _bomb() -> NotDecoded:
    return NotDecoded(
        "The picture unfolds to more points than Rempart opens; it was left as it is.", why=Why.TOO_MANY_POINTS
    )
