"""INTERPOL ICSE: a table with `;`, one row an image.

Its category is the column Baseline, carried as written. Source: HashDBTool of IPED (sepinf-inc). Tier: source-verified.
Not covered: PhotoDNA; Number of submissions and File Available, which say nothing of the file itself.
"""

from collections.abc import Iterator

from rempart.conversations.parts import Head
from rempart.matching.lists.form import Given, ListForm, Yielded, in_batches, in_part
from rempart.matching.lists.mapped import rows_of

SCHEME = "INTERPOL ICSE Baseline"
_COLUMNS = {
    "md5": "MD5",
    "sha1": "SHA1",
    "item_id": "Image ID",
    "distributed": "Is distributed",
    "victim_identified": "Victim identified",
    "offender_identified": "Offender identified",
    "series": "Series name",
    "media_kind": "Media Type",
    "code": "Baseline",
}


def _recognises(head: Head) -> bool:
    first = head.text.lstrip().partition("\n")[0]
    headings = {cell.strip().strip('"').casefold() for cell in first.split(";")}
    return {column.casefold() for column in _COLUMNS.values()} <= headings


def _read(given: Given) -> Iterator[Yielded]:
    for part in given.parts:
        yield from in_batches(rows_of(part, _COLUMNS, scheme=SCHEME), place=in_part(part, "record {number}"))


FORM = ListForm(
    name="icse",
    looked_for="INTERPOL ICSE: a table with ; and the columns MD5;SHA1;PhotoDNA;Image ID … Baseline",
    source="IPED HashDBTool",
    recognises=_recognises,
    read=_read,
)
