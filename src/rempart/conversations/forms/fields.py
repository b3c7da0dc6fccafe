"""Takes the fields of untrusted JSON objects: a value of the right type and range, or None; nothing raises.

Shared by readers of JSON exports. What a reader has no column for leaves through `extra_of`, never silently.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rempart.conversations.rows import Zone

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_FIRST_US = -62_135_596_800_000_000  # 0001-01-01, the first instant that a calendar date can show
_LAST_US = 253_402_300_799_999_999  # the end of 9999-12-31
_MAX_WHOLE = 1 << 62
_STRAY_BYTE = re.compile(r"[\udc80-\udcff]+")  # bytes that are not UTF-8, as json_stream keeps them
_LONE = re.compile(r"[\ud800-\udfff]")
_KINDS = {
    "photo": "jpg jpeg png webp heic heif bmp tif tiff avif",
    "animation": "gif",
    "video": "mp4 mov webm mkv avi m4v 3gp",
    "audio": "mp3 ogg oga opus wav m4a aac flac amr",
}
_KIND_OF = {ending: kind for kind, endings in _KINDS.items() for ending in endings.split()}


def clean_text(text: str) -> tuple[str, str | None]:
    """The text without lone surrogates, and what was repaired: bytes that are not UTF-8 are read as Windows-1252."""
    if text.isascii() or not _LONE.search(text):
        return text, None
    read = _STRAY_BYTE.sub(lambda run: run[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace"), text)
    return _LONE.sub("\ufffd", read), "encoding: windows-1252"


def text_of(value: object) -> str | None:
    """The text, clean; None when it is empty or no text."""
    return clean_text(value)[0] if isinstance(value, str) and value else None


def id_of(value: object) -> str | None:
    """An id as text: a whole number or a text that is not empty."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 1 << 64 else None
    return text_of(value)


def whole_of(value: object) -> int | None:
    """A whole number of at most 62 bits: 12, 12.0 or "12"."""
    if isinstance(value, str) and len(value) < 20 and value.isascii() and value.lstrip("-").isdecimal():
        value = int(value) if value.count("-") <= 1 else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MAX_WHOLE else None


def items_of(value: object) -> list[dict[str, Any]]:
    """The objects of a list; other entries are passed over, no list gives none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def object_of(value: object) -> dict[str, Any]:
    """The object; an empty one when the value is none."""
    return value if isinstance(value, dict) else {}


def instant_of(value: object, *, unit_us: int) -> int | None:
    """Microseconds since 1970-01-01 UTC of a number counted in `unit_us`; None beyond the years 1 to 9999."""
    number = whole_of(value)
    if number is None:
        return None
    return number * unit_us if _FIRST_US <= number * unit_us <= _LAST_US else None


def iso_instant_of(value: object, *, bare: Zone = "unknown") -> tuple[int | None, Zone]:
    """(microseconds since 1970-01-01 UTC, zone) of an ISO 8601 text; without an offset it is read as UTC, zone `bare`."""
    try:
        moment = dt.datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        return None, "unknown"
    zone: Zone = bare if moment.tzinfo is None else "offset"
    aware = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
    instant = (aware - _EPOCH) // dt.timedelta(microseconds=1)
    return (instant, zone) if _FIRST_US <= instant <= _LAST_US else (None, "unknown")


def extra_of(item: Mapping[str, Any], *, told: Mapping[str, type], quiet: Mapping[str, object]) -> dict[str, Any]:
    """The fields without a column: not in `told`, or there but of another type than the reader takes.

    Left out: null, an empty list, object or text, and the value that `quiet` gives for the field (it says nothing).
    """
    rest: dict[str, Any] = {}
    for key, value in item.items():
        if value is None or value in ("", [], {}):
            continue
        if key in told and isinstance(value, told[key]):
            continue
        if key in quiet and quiet[key] == value:
            continue
        rest[key] = value
    return rest


def json_of(rest: Mapping[str, Any]) -> str | None:
    """The fields as JSON text in ASCII, keys sorted; None when there are none; too deep ones leave only their names."""
    try:
        return json.dumps(rest, ensure_ascii=True, sort_keys=True) if rest else None
    except RecursionError:
        return json.dumps({"too_deep": sorted(rest)})


def file_kind(name: str | None) -> str:
    """The kind of medium that the ending of a file name tells; `file` when it tells none."""
    ending = (name or "").partition("?")[0].rpartition(".")[2]
    return _KIND_OF.get(ending.lower(), "file")


def is_newest_first(instants: Iterable[int]) -> bool:
    """True when the first of the instants is later than the last: the file lists the newest message first."""
    seen: Sequence[int] = tuple(instants)
    return len(seen) > 1 and seen[0] > seen[-1]
