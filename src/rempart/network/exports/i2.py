"""CSV for i2 Analyst's Notebook: entities and links, for an import specification that names the columns (docs/network.md).

UTF-8 with a byte-order mark, as Excel and i2 expect; comma, CRLF, every field quoted. A field that a spreadsheet would run as a formula
gets an apostrophe in front.
Source: RFC 4180; docs.i2group.com, import of text files. Tier: unexercised in i2 itself.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from rempart.network.build import Network
from rempart.network.exports.plain import links_of, nodes_of

ENTITY_COLUMNS = ("Identity", "Type", "Label", "Platform", "Community", "Files sent", "Files introduced", "Listing")
LINK_COLUMNS = ("Link", "From", "To", "Type", "Number")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_i2(network: Network, *, entities: BinaryIO, links: BinaryIO) -> None:
    """The two files; both are open for writing bytes."""
    nodes = (
        (node.id, node.kind, node.label, node.platform, node.community, node.shares, node.introduced, node.listed)
        for node in nodes_of(network)
    )
    _write(entities, ENTITY_COLUMNS, nodes)
    pairs = ((link.id, link.source, link.target, link.kind, link.weight) for link in links_of(network))
    _write(links, LINK_COLUMNS, pairs)


def _write(file: BinaryIO, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    file.write(b"\xef\xbb\xbf")
    for line in _lines(head, rows):
        file.write(line.encode("utf-8"))


def _lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    held = io.StringIO()
    writer = csv.writer(held, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([_safe(value) for value in row])
        if held.tell() > 65_536:
            yield _taken(held)
    yield _taken(held)


def _taken(held: io.StringIO) -> str:
    text = held.getvalue()
    held.seek(0)
    held.truncate()
    return text


def _safe(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
