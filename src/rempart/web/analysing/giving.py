"""The worker opens the lists of known files for one analysis, and puts their rows where the confined process finds them.

It holds no key; so the rows lie unsealed in the folder of the work beside the export, which lies in memory unless there was no room, and
goes with it. Each use is a line of the log before a row is opened.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from rempart.errors import RempartError
from rempart.matching.listing import Listing
from rempart.web.analysing.job import LISTS, GivenList, GivenPart, write_whole
from rempart.web.analysing.process import Failed
from rempart.web.cases.analyses import Failure
from rempart.web.cases.lists import open_lists, store_of
from rempart.web.config import Site

_ROW_BYTES = 80  # of a row, packed: measured 41 (bare SHA-256) to 74 (with its provenance)


def give_lists(site: Site, folder: Path, *, exhibit: str, at: datetime) -> None:
    """Writes every list in use into the folder, and what they are; lists of an earlier attempt are left as they are.

    Raises: Failed when a list cannot be opened, OSError.
    """
    if (folder / LISTS).exists():
        return
    try:
        listings = open_lists(site, exhibits=[exhibit], at=at)
        given = tuple(_given(listing, number, folder) for number, listing in enumerate(listings))
    except RempartError:
        raise Failed(Failure.LISTS) from None
    if given:
        write_whole(folder / LISTS, msgspec.json.encode(given))


def lists_bytes(site: Site) -> int:
    """About how much room the lists take in a folder of work."""
    return sum(kept.rows for kept in store_of(site).lists()) * _ROW_BYTES


def _given(listing: Listing, number: int, folder: Path) -> GivenList:
    return GivenList(
        list_id=listing.list_id,
        name=listing.name,
        standing=listing.standing,
        replacing=listing.replacing,
        parts=tuple(_parts(listing, number, folder)),
    )


def _parts(listing: Listing, number: int, folder: Path) -> Iterator[GivenPart]:
    for place, part in enumerate(listing.parts):
        file = f"list-{number:03}-{place:05}"
        pq.write_table(part.load(), folder / file, compression="zstd")
        yield GivenPart(file=file, version=part.version, issued_on=part.issued_on)
