"""What one file looks like: its bytes in, its hashes out, or why there are none; runs in any process."""

import hashlib
from dataclasses import dataclass
from typing import Final

from rempart.matching.decode import NotDecoded, Picture, Why, decode_picture
from rempart.matching.frames import MAX_FRAMES, looks_like_video, sample_frames
from rempart.matching.pdq import Hashed, hash_picture
from rempart.matching.unletterbox import without_bars

CUT_AT: Final = MAX_FRAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Bytes of a file of the exhibit and the SHA-256 that its table tells of them."""

    sha256: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One hash. frame_s: seconds from the start of a film, None for a picture; decoded: how the points came about."""

    frame_s: float | None
    hashed: Hashed
    decoded: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a file gave. why: None when it was looked at as a whole; flat_frames: frames of a film left out for want of detail.

    is_long: the film goes on after the last frame that was looked at.
    """

    seen: tuple[Seen, ...]
    why: Why | None
    flat_frames: int = 0
    is_long: bool = False


def look_at(file: File) -> Looked:
    """The hashes of a picture or of the frames of a film, only those with detail enough.

    A picture with bars gives two, as it is and without them.
    """
    if hashlib.sha256(file.data).hexdigest() != file.sha256:
        return Looked(seen=(), why=Why.CHANGED)
    if looks_like_video(file.data):
        return _look_at_film(file.data)
    try:
        picture = decode_picture(file.data)
    except NotDecoded as error:
        return Looked(seen=(), why=error.why)
    return _look_at_picture(picture)


def _look_at_picture(picture: Picture) -> Looked:
    hashed = hash_picture(picture.pixels)
    if hashed is None:
        return Looked(seen=(), why=Why.TOO_SMALL)
    seen = [Seen(frame_s=None, hashed=hashed, decoded=picture.decoded)]
    if inner := without_bars(picture.pixels):
        again = hash_picture(inner.pixels)
        if again is not None and again.pdq != hashed.pdq:
            seen.append(Seen(frame_s=None, hashed=again, decoded=f"{picture.decoded} {inner.told}"))
    usable = tuple(one for one in seen if one.hashed.is_usable)
    return Looked(seen=usable, why=None if usable else Why.FLAT)


def _look_at_film(data: bytes) -> Looked:
    """Frames that repeat the one before to the bit are told once, at their first second."""
    seen: list[Seen] = []
    last, count, flat, why = b"", 0, 0, None
    try:
        for frame in sample_frames(data):
            hashed, count = hash_picture(frame.pixels), count + 1
            if hashed is None or not hashed.is_usable:
                flat += 1
            elif hashed.pdq != last:
                seen.append(Seen(frame_s=frame.frame_s, hashed=hashed, decoded=frame.decoded))
                last = hashed.pdq
    except NotDecoded as error:
        why = error.why
    if not seen and why is None:
        why, flat = Why.FLAT, 0
    return Looked(seen=tuple(seen), why=why, flat_frames=flat, is_long=count >= CUT_AT)
