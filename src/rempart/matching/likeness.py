"""The likeness of every picture and film of an exhibit, as a table: what is compared with lists, and with each other.

Only in profile `enquete`, the only one whose tables carry the SHA-256 of media: without it nothing is opened here. A file that was
shared a hundred times is looked at once. What has no likeness is counted with its reason; it is compared by its exact bytes all the same.
Invariant: every row rests on bytes whose SHA-256 is that of the media table; the number of processes never changes the rows.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.compute as pc

from rempart.conversations.parts import Exhibit
from rempart.engine.columns import column
from rempart.matching.decode import MAX_PICTURE_BYTES, Why
from rempart.matching.frames import MAX_VIDEO_BYTES, looks_like_video
from rempart.matching.looking import File, Looked, look_at
from rempart.matching.workers import map_isolated
from rempart.records import NotExamined

Opener = Callable[[str, str], BinaryIO | None]
KINDS: Final = (
    "photo",
    "video",
    "animation",
    "sticker",
    "file",
    "unknown",
)  # of the media table, what may hold a picture
SMALL_FILES: Final = 400  # below, starting processes costs more than it gains
_CHUNK_FILES, _CHUNK_BYTES = 64, 8 << 20
_HEAD_BYTES = 512

LIKENESS = pa.schema(
    [
        column("exhibit_sha256", pa.string(), "SHA-256 of the exhibit, 64 hex digits"),
        column("row", pa.int64(), "number of the message that carries the file, as in messages"),
        column("sha256", pa.string(), "SHA-256 of the file, as in media"),
        column("frame_s", pa.float64(), "seconds from the start of a film; null for a picture", required=False),
        column("pdq", pa.string(), "PDQ hash, 64 hex digits"),
        column("quality", pa.int32(), "detail, 50 to 100; below 50 there is no row"),
        column("decoded", pa.string(), "how the points came about: format, size as stored, share kept, bars taken off"),
        column("turned", pa.binary(), "the hashes of the seven other forms, 32 bytes each, for look-ups only"),
    ]
)
GAPS: Mapping[Why, NotExamined] = MappingProxyType(
    {
        Why.NO_BYTES: NotExamined(
            one="{count} picture or film",
            many="{count} pictures or films",
            number=0,
            reason="no likeness: the bytes are not in the exhibit, or the profile does not open them",
        ),
        Why.NO_LIBRARY: NotExamined(
            one="{count} picture or film",
            many="{count} pictures or films",
            number=0,
            reason='no likeness: the extra "media" of Rempart is not installed',
        ),
        Why.CHANGED: NotExamined(
            one="{count} picture or film",
            many="{count} pictures or films",
            number=0,
            reason="no likeness: the bytes are no longer those that were read before",
        ),
        Why.TOO_LARGE: NotExamined(
            one="{count} picture or film",
            many="{count} pictures or films",
            number=0,
            reason="no likeness: more than 64 MB for a picture, or 256 MB for a film",
        ),
        Why.TOO_MANY_POINTS: NotExamined(
            one="{count} picture or film",
            many="{count} pictures or films",
            number=0,
            reason="no likeness: unfolds to more points than are opened, as files made to fill a memory do",
        ),
        Why.DAMAGED: NotExamined(
            one="{count} picture or film",
            many="{count} pictures or films",
            number=0,
            reason="damaged or cut: no likeness, or only of the film up to there",
        ),
        Why.STOPPED: NotExamined(
            one="{count} picture or film",
            many="{count} pictures or films",
            number=0,
            reason="no likeness: the decoder stopped on it; everything else was looked at",
        ),
        Why.OTHER_FORMAT: NotExamined(
            one="{count} file",
            many="{count} files",
            number=0,
            reason="no likeness: neither a picture nor a film of a format that is opened",
        ),
        Why.TOO_SMALL: NotExamined(
            one="{count} picture",
            many="{count} pictures",
            number=0,
            reason="no likeness: smaller than 5 × 5 points",
        ),
        Why.FLAT: NotExamined(
            one="{count} picture or film",
            many="{count} pictures or films",
            number=0,
            reason="no likeness: too little detail to be compared (quality 49 or below)",
        ),
    }
)
FLAT_FRAMES = NotExamined(
    one="{count} frame of a film",
    many="{count} frames of films",
    number=0,
    reason="no likeness: too little detail to be compared (quality 49 or below)",
)
LONG_FILMS = NotExamined(
    one="{count} film after its tenth minute",
    many="{count} films after their tenth minute",
    number=0,
    reason="one frame a second is looked at, up to 600 frames",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likened:
    """The table LIKENESS, ordered by exhibit, row, file, frame; how many files were opened; what has no likeness and why."""

    likeness: pa.Table
    files: int
    not_examined: tuple[NotExamined, ...]


@dataclass(slots=True)
class _Tally:
    """Rows and reasons while they are gathered."""

    columns: dict[str, list[object]] = field(
        default_factory=lambda: {name: [] for name in ("sha256", "frame_s", "pdq", "quality", "decoded", "turned")}
    )
    gaps: Counter[Why] = field(default_factory=Counter)
    flat_frames: int = 0
    long_films: int = 0
    files: int = 0

    def add(self, sha256: str, looked: Looked | None) -> None:
        """looked: None when the decoder ended its process."""
        if looked is None:
            looked = Looked(seen=(), why=Why.STOPPED)
        if looked.why:
            self.gaps[looked.why] += 1
        self.flat_frames += looked.flat_frames
        self.long_films += looked.is_long
        for one in looked.seen:
            values = (
                sha256,
                one.frame_s,
                one.hashed.pdq.hex(),
                one.hashed.quality,
                one.decoded,
                b"".join(one.hashed.turned),
            )
            for told, value in zip(self.columns.values(), values, strict=True):
                told.append(value)

    def told(self) -> tuple[NotExamined, ...]:
        """What has no likeness, in the order of GAPS."""
        gaps = [replace(gap, number=self.gaps[why]) for why, gap in GAPS.items() if self.gaps[why]]
        gaps += [replace(FLAT_FRAMES, number=self.flat_frames)] if self.flat_frames else []
        gaps += [replace(LONG_FILMS, number=self.long_films)] if self.long_films else []
        return tuple(gaps)


def open_parts(exhibits: Iterable[Exhibit]) -> Opener:
    """The opener over exhibits that are at hand: (SHA-256 of the exhibit, path of the medium) -> stream, None when not there."""
    bundles = {exhibit.sha256: exhibit.bundle for exhibit in exhibits}

    def opener(exhibit_sha256: str, path: str) -> BinaryIO | None:
        bundle = bundles.get(exhibit_sha256)
        part = bundle.named(path) if bundle else None
        return part.open() if part and not part.closed else None

    return opener


def liken_media(
    media: pa.Table, *, opener: Opener, workers: int = 1, progress: Callable[[int], None] | None = None
) -> Likened:
    """The likeness of the media of the table; `progress` is told the files passed so far.

    media: the media table, of which exhibit_sha256, row, kind, state, path and sha256 are read. opener: gives the bytes of a medium.
    workers: processes to use at most; 1 stays in this process.
    """
    seen = media.filter(pc.field("kind").isin(KINDS))
    here = seen.filter((pc.field("state") == "in_export") & pc.field("sha256").is_valid() & pc.field("path").is_valid())
    tally = _Tally()
    tally.gaps[Why.NO_BYTES] += seen.num_rows - here.num_rows
    files = here.group_by("sha256", use_threads=False).aggregate([("exhibit_sha256", "first"), ("path", "first")])
    many = workers if files.num_rows >= SMALL_FILES else 1
    asked: list[list[str]] = []
    results = map_isolated(look_at, _chunks(files, opener, tally, asked), workers=many)
    for number, looked in enumerate(results):
        for sha256, one in zip(asked[number], looked, strict=True):
            tally.add(sha256, one)
        tally.files += len(looked)
        if progress:
            progress(tally.files)
    return Likened(likeness=_rows(here, tally), files=tally.files, not_examined=tally.told())


def _chunks(files: pa.Table, opener: Opener, tally: _Tally, asked: list[list[str]]) -> Iterator[Sequence[File]]:
    """Files with their bytes, in chunks that are small in number and in bytes; `asked` keeps what each chunk holds."""
    chunk: list[File] = []
    for row in files.to_pylist():
        data = _bytes_of(opener, row["exhibit_sha256_first"], row["path_first"])
        if isinstance(data, Why):
            tally.gaps[data] += 1
            continue
        chunk.append(File(sha256=row["sha256"], data=data))
        if len(chunk) >= _CHUNK_FILES or sum(len(file.data) for file in chunk) >= _CHUNK_BYTES:
            asked.append([file.sha256 for file in chunk])
            yield chunk
            chunk = []
    if chunk:
        asked.append([file.sha256 for file in chunk])
        yield chunk


def _bytes_of(opener: Opener, exhibit_sha256: str, path: str) -> bytes | Why:
    """The bytes of a medium, no more than are decoded; or why not."""
    try:
        stream = opener(exhibit_sha256, path)
        if stream is None:
            return Why.NO_BYTES
        with stream:
            head = stream.read(_HEAD_BYTES)
            limit = MAX_VIDEO_BYTES if looks_like_video(head) else MAX_PICTURE_BYTES
            data = head + stream.read(limit + 1 - len(head))
    except OSError:
        return Why.NO_BYTES
    return Why.TOO_LARGE if len(data) > limit else data


def _rows(here: pa.Table, tally: _Tally) -> pa.Table:
    """The hashes of files, on every message that carries the file."""
    kinds = {name: LIKENESS.field(name).type for name in tally.columns}
    hashes = pa.table({name: pa.array(values, kinds[name]) for name, values in tally.columns.items()})
    carried = (
        here.select(["exhibit_sha256", "row", "sha256"]).group_by(["exhibit_sha256", "row", "sha256"]).aggregate([])
    )
    joined = carried.join(hashes, "sha256", join_type="inner").select(LIKENESS.names)
    order = [(name, "ascending") for name in ("exhibit_sha256", "row", "sha256", "frame_s", "decoded")]
    return joined.sort_by(order).cast(LIKENESS)
