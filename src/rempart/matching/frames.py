"""Frames of videos, one for each second of film, for hashing only: bounded, never shown, never written.

The demuxer gets the bytes and nothing else: playlists and other formats that name further files or addresses are not opened, and no protocol
is allowed, so that nothing is fetched because an exhibit says so.
A frame is made smaller to at most FRAME_SIDE_PX on its longer side before it is hashed. Measured by others: re-encoded at 360 lines,
frames move by 3 bits of 256 on average, 8 at most.
Not covered: sound; what happens between two sampled frames; film after MAX_FRAMES seconds.
Source: facebook/ThreatExchange, vpdq/ (the same sampling of one frame a second and threshold). Needs the extra `media` (PyAV).
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from rempart.matching.decode import NotDecoded, Why

try:
    import av
    from av.error import FFmpegError
except ImportError:  # the extra `media` is not there; what cannot be looked at is told
    av = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame

MAX_VIDEO_BYTES: Final = 256 << 20
MAX_FRAMES: Final = 600  # ten minutes of film; the rest is told as not examined
MAX_DECODED: Final = 72_000  # ten minutes at 120 frames a second: a film that claims more a second is not followed
MAX_FRAME_PX: Final = 36_000_000  # 8K
FRAME_SIDE_PX: Final = 512
_DEMUXERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,gif"
_OPTIONS = {"protocol_whitelist": "none", "format_whitelist": _DEMUXERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame. frame_s: seconds from the start of the film; pixels: (rows, columns, 3); decoded: as in `decode.Picture`."""

    frame_s: float
    pixels: NDArray[np.uint8]
    decoded: str


def looks_like_video(data: bytes) -> bool:
    """Whether the first bytes are those of a film that is read; never asks the name."""
    if data[4:8] == b"ftyp":
        return data[8:12] not in (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1")
    starts = (b"\x1a\x45\xdf\xa3", b"FLV\x01", b"OggS", b"\x00\x00\x01\xba", b"\x30\x26\xb2\x75")
    return (
        data.startswith(starts) or (data[:4] == b"RIFF" and data[8:12] == b"AVI ") or data[:1] + data[188:189] == b"GG"
    )


def sample_frames(data: bytes) -> Iterator[Frame]:
    """One frame for each second of film, from the first on, at most MAX_FRAMES.

    A film that is damaged on the way gives what came before and then raises. Raises: NotDecoded.
    """
    if av is None:
        raise NotDecoded('Videos cannot be opened: the extra "media" of Rempart is not installed.', why=Why.NO_LIBRARY)
    if len(data) > MAX_VIDEO_BYTES:
        raise NotDecoded("The video has more bytes than Rempart opens; it was left as it is.", why=Why.TOO_LARGE)
    try:
        with av.open(io.BytesIO(data), mode="r", options=_OPTIONS) as container:
            yield from _frames(container)
    except (FFmpegError, ValueError, MemoryError) as error:
        raise NotDecoded("The video is damaged or cut; what came before was looked at.", why=Why.DAMAGED) from error


def _frames(container: "InputContainer") -> Iterator[Frame]:
    if not container.streams.video:
        raise NotDecoded("The file holds no film.", why=Why.OTHER_FORMAT)
    stream = container.streams.video[0]
    stream.codec_context.thread_count = 1  # the processes are shared out elsewhere
    due, given = 0.0, 0
    for number, frame in enumerate(container.decode(stream)):
        if given >= MAX_FRAMES:
            return
        if number >= MAX_DECODED or frame.width * frame.height > MAX_FRAME_PX:
            raise NotDecoded(
                "The video has more points than Rempart opens; it was left as it is.", why=Why.TOO_MANY_POINTS
            )
        at_s = float(frame.time) if frame.time is not None else float(number)
        if at_s >= due or not given:
            yield Frame(frame_s=round(at_s, 3), pixels=_points(frame), decoded=_told(frame))
            given, due = given + 1, at_s + 1.0


def _points(frame: "VideoFrame") -> NDArray[np.uint8]:
    by = max(1.0, max(frame.width, frame.height) / FRAME_SIDE_PX)
    width, height = max(1, round(frame.width / by)), max(1, round(frame.height / by))
    points: NDArray[np.uint8] = np.asarray(
        frame.to_ndarray(format="rgb24", width=width, height=height, interpolation="AREA"), np.uint8
    )
    return points


def _told(frame: "VideoFrame") -> str:
    by = max(1.0, max(frame.width, frame.height) / FRAME_SIDE_PX)
    return f"film {frame.width}x{frame.height} 1/{by:.3g}"
