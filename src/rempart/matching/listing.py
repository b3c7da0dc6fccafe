"""What a list of known files says, row by row, and what is kept of where it comes from.

A listing is a statement of somebody: this digest, in this category of this scheme, on this day. It is never more than that:
categories are carried as their list writes them and are never translated into those of another list or country.
Invariant: one row is one item of the list, under the number that it has there; digests are lower-case hex digits.
Source: reference/matching.md §1.4. Tier: source-verified; no real list has been read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Final, Literal

import msgspec
import pyarrow as pa

from rempart.engine.columns import column

Standing = Literal["listed", "known_good"]
DIGESTS: Mapping[str, int] = MappingProxyType(
    {"sha256": 64, "sha1": 40, "md5": 32, "pdq": 64}
)  # hex digits of each kind

_TEXT = pa.string()
_column = partial(column, required=False)
PROVENANCE = (
    _column("item_id", _TEXT, "the list's own id of the item"),
    _column("media_kind", _TEXT, "image, video … as the list writes it"),
    _column("member_id", _TEXT, "id of the member who put it on the list"),
    _column("member", _TEXT, "name of that member"),
    _column("scheme", _TEXT, "whose categories these are, with their version"),
    _column("country", _TEXT, "country of the scheme, as told by the list or by who added it"),
    _column("code", _TEXT, "the category as written; never translated"),
    _column("listed_on", pa.date32(), "day of the last change that the list tells"),
    _column("listed_text", _TEXT, "that day as written, where it is not year-month-day"),
    _column("feedback", _TEXT, "JSON of what members said of the row afterwards"),
    _column("series", _TEXT, "name of the series, as written"),
    _column("victim_identified", pa.bool_(), "the list says so"),
    _column("offender_identified", pa.bool_(), "the list says so"),
    _column("distributed", pa.bool_(), "the list says that it was met in circulation"),
)
LISTINGS = pa.schema(
    [
        _column("listing_row", pa.int64(), "number among the rows of its list that are looked up, from 1, in the order of the list", required=True),
        _column("sha256", _TEXT, "64 hex digits"),
        _column("sha1", _TEXT, "40 hex digits"),
        _column("md5", _TEXT, "32 hex digits"),
        _column("pdq", _TEXT, "64 hex digits: likeness of a picture"),
        *PROVENANCE,
        _column("tombstone", pa.bool_(), "the list takes the item back; the row has no digest", required=True),
        _column("replaces", pa.bool_(), "takes the place of earlier rows of the same member and item", required=True),
    ]
)  # fmt: skip

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "bad_digest": "a digest has not the length or the digits of its kind",
        "no_digest": "no digest that Rempart compares (MD5, SHA-1, SHA-256, PDQ)",
        "empty_file": "the digest of a file without bytes, which every empty file has",
        "special": "marked special by the list itself, so it sets nothing aside",
        "damaged": "damaged: it cannot be read",
        "cut": "the file ends in the middle",
        "more_pages": "the last page says that another one follows",
        "short_page": "the page holds another number of entries than it says",
        "no_item": "something is taken back, but not said what",
        "other_form": "a file of another form beside the list",
    }
)
_HARMLESS = frozenset({"no_digest", "empty_file", "special", "other_form"})  # understood, and set aside on purpose
MOST_PLACES = 20  # named of each kind; the others are counted
FORM_TITLES: Final = {
    "vics": "Project VIC",
    "ncmec": "NCMEC",
    "icse": "INTERPOL ICSE",
    "nsrl": "NSRL RDS 2",
    "nsrl3": "NSRL RDS 3",
}  # how people know the formats; others are told by their own word


class NotRead(msgspec.Struct, frozen=True):
    """One place of a list that is not looked up: where, as people count, and why (a key of REASONS)."""

    place: str
    code: str


class NotReadCount(msgspec.Struct, frozen=True, kw_only=True):
    """Places of one kind: how many, and the first of them."""

    code: str
    count: int
    places: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why, in words of the catalogue."""
        return REASONS[self.code]

    @property
    def is_loss(self) -> bool:
        """True when a listing may be lost by it; False for what was understood and set aside."""
        return self.code not in _HARMLESS


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What reading a list gave. digests: how many rows have one of each kind; first_on, last_on: None when no row is dated."""

    rows: int = 0
    tombstones: int = 0
    digests: dict[str, int] = msgspec.field(default_factory=dict)
    first_on: date | None = None
    last_on: date | None = None
    not_read: tuple[NotReadCount, ...] = ()

    @property
    def is_complete(self) -> bool:
        """True when no listing may be lost."""
        return not any(part.is_loss for part in self.not_read)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPart:
    """Some rows of a list, LISTINGS, brought into memory when they are needed; `version`, `issued_on` as told for them."""

    load: Callable[[], pa.Table]
    version: str | None = None
    issued_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that may be looked up, part by part, so that memory does not follow its size.

    standing: `known_good` lists only set aside; they never say that a file is harmless. replacing: later rows may take the
    place of earlier ones, or take them back.
    """

    list_id: str
    name: str
    parts: Sequence[ListPart]
    standing: Standing = "listed"
    replacing: bool = False
