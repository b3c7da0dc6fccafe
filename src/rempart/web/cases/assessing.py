"""What a person judges of an analysis spares others its messages: they are marked as assessed, and shown again for a reason only.

A suggestion names the messages that it rests on (locators) or its alerts (their ids). The mark is blind, of the exhibit's SHA-256 and the
number of the message in it, so that it holds in every analysis of the same file, and tells nothing without the key of the site. A mark
stays when the statement is taken back: what was read was read.
Source: reference/workflow.md §5.1 (viewed_seconds), peers.md rows 30, 31.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import router, transaction

from rempart.analysis.outline import AlertPlaced, Outline, Row
from rempart.analysis.paged import CHUNK
from rempart.web.cases.analyses import Opened
from rempart.web.cases.care import assessed_among, mark_all_assessed
from rempart.web.cases.facts import state_fact
from rempart.web.cases.models import Assessed, Dossier
from rempart.web.cases.reports import By

KIND = "message"
_NO_JUDGEMENT = "unknown"  # a state that takes no side: nobody has assessed anything by it


def state_from_analysis(dossier: Dossier, *, opened: Opened, by: By, words_told: Mapping[str, object]) -> UUID:
    """States what an analysis suggests, or that it is not so, and marks the messages that its evidence names, together.

    words_told: as for `facts.state_fact`. Raises: NoReason, NotWritten, NotThere, Erased.
    """
    with transaction.atomic(using=router.db_for_write(Assessed)):
        fact = state_fact(dossier, by=by, words_told=words_told)
        evidence = words_told.get("evidence")
        if words_told.get("state") != _NO_JUDGEMENT and isinstance(evidence, (list, tuple)):
            mark_messages(opened, map(str, evidence), by=by)
    return fact


def mark_messages(opened: Opened, evidence: Iterable[str], *, by: By) -> None:
    """Marks the messages that these locators and ids of alerts name in this analysis; whatever else is passed over."""
    outline = opened.outline()
    rows = rows_at(opened, places_named(outline, evidence))
    mark_all_assessed(KIND, [key_of(row, outline) for row in rows], by=by)


def covered_among(outline: Outline, rows: Sequence[Row], *, by: By) -> frozenset[int]:
    """Positions of those messages that somebody has assessed, so that this person is shown them for a reason only."""
    keys = {key_of(row, outline): row.position for row in rows}
    return frozenset(keys[key] for key in assessed_among(KIND, keys, by=by))


def places_named(outline: Outline, evidence: Iterable[str]) -> tuple[int, ...]:
    """Positions of the messages that locators and ids of alerts name, in order, once each."""
    known: dict[str, tuple[int, ...]] = {
        locator: (place,) for alert in outline.alerts for locator, place in _located(alert)
    }
    known |= {alert.shown.id: alert.positions for alert in outline.alerts}
    return tuple(sorted({place for named in evidence for place in known.get(named.strip(), ())}))


def rows_at(opened: Opened, positions: Iterable[int]) -> list[Row]:
    """The messages at these positions, in order; each chunk is opened once."""
    wanted = sorted(set(positions))
    chunks = {number: opened.chunk(number) for number in sorted({place // CHUNK for place in wanted})}
    return [chunks[place // CHUNK][place % CHUNK] for place in wanted]


def key_of(row: Row, outline: Outline) -> str:
    """What names a message in every analysis of its file."""
    return f"{outline.exhibits[row.exhibit].sha256} {row.row}"


def _located(alert: AlertPlaced) -> Iterable[tuple[str, int]]:
    for tactic, places in zip(alert.shown.tactics, alert.tactics, strict=True):
        yield from zip(tactic.locators, places, strict=True)
