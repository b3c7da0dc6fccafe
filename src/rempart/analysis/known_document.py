"""The section of `analysis.json` on known files: which media are on which list, as the lists state it.

A match is a statement of a list, "listed by X as Y on date Z"; it never says what a file is.
"""

from datetime import datetime
from typing import Literal

from rempart.analysis.record import Document, Messages, Unexamined


class ListAsked(Document, frozen=True, kw_only=True):
    """A list that was looked up. versions: of its deliveries, as told. known_good: sets aside, and says nothing more.

    messages: with a medium on it; files: different ones by their SHA-256; alike: of these only by likeness.
    """

    list_id: str
    name: str
    versions: tuple[str, ...]
    known_good: bool
    messages: int
    files: int
    alike: int


class Listed(Document, frozen=True, kw_only=True):
    """What one row of one list says of a file. sentence: for people. code: as the list writes it, never translated.

    method: the digest that agrees; `pdq` for a likeness, at `distance` bits of 256, in a film at `frame_s` seconds.
    contradicted: another digest of the same row disagrees.
    """

    list_id: str
    listing_row: int
    sentence: str
    method: Literal["sha256", "sha1", "md5", "pdq"]
    distance: int
    frame_s: float | None
    contradicted: bool
    scheme: str | None
    country: str | None
    code: str | None


class KnownFile(Document, frozen=True, kw_only=True):
    """A file that lists name. sha256: null when the exhibit gives another digest only. accounts: that sent it.

    listed: every statement, the same bytes before likenesses. messages: that carry it, the earliest first.
    """

    id: str
    sha256: str | None
    accounts: int
    first_at: datetime | None
    listed: tuple[Listed, ...]
    messages: Messages


class KnownFiles(Document, frozen=True, kw_only=True):
    """What the lists name. media: in the exhibits; compared: with a digest; likened: different files compared by likeness.

    asked: whether any list was given; without one nothing below says anything. files: the first of `files_total`, those that most
    accounts sent first; all matches stand in tables/matches.parquet. set_aside: different files that only lists of known software name.
    """

    asked: bool
    media: int
    compared: int
    likened: int
    lists: tuple[ListAsked, ...]
    files: tuple[KnownFile, ...]
    files_total: int
    set_aside: int
    not_examined: tuple[Unexamined, ...]
