"""A person states a fact from a finding of an analysis (the network, a known file), with the messages that it rests on as evidence.

The finding stays what it is; the statement is the person's, and moves the order by the rules of priority. The messages that it rests on
are assessed then: nobody is shown them again without a reason.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import router, transaction

from rempart.analysis.outline import Outline, Row
from rempart.records import Ref
from rempart.web.cases.analyses import Opened
from rempart.web.cases.assessing import KIND, key_of, rows_at
from rempart.web.cases.care import mark_all_assessed
from rempart.web.cases.dossiers import wrong_value
from rempart.web.cases.facts import state_fact
from rempart.web.cases.models import Assessed, Dossier
from rempart.web.cases.reports import By

MOST_PLACES = 50  # messages named as evidence of one statement
_NO_JUDGEMENT = "unknown"  # a state that takes no side: nobody has assessed anything by it


def state_from_finding(
    dossier: Dossier, *, opened: Opened, places: Sequence[int], by: By, words_told: Mapping[str, object]
) -> UUID:
    """States a gate or factor, with the messages at `places` as its evidence. words_told: as for `facts.state_fact`.

    Raises: NoReason, NotWritten, NotThere, Erased.
    """
    outline = opened.outline()
    if any(not 0 <= place < outline.messages for place in places):
        raise wrong_value("places")
    rows = rows_at(opened, places[:MOST_PLACES])
    evidence = [*_lines(words_told.get("evidence")), *(locator_of(row, outline) for row in rows)]
    with transaction.atomic(using=router.db_for_write(Assessed)):
        fact = state_fact(dossier, by=by, words_told={**words_told, "evidence": evidence})
        if words_told.get("state") != _NO_JUDGEMENT:
            mark_all_assessed(KIND, [key_of(row, outline) for row in rows], by=by)
    return fact


def locator_of(row: Row, outline: Outline) -> str:
    """Where the bytes of a message stand in its exhibit, as every document writes it."""
    exhibit = outline.exhibits[row.exhibit].sha256
    return Ref(exhibit_sha256=exhibit, part=row.part, byte_start=row.byte_start, byte_end=row.byte_end).locator


def _lines(told: object) -> list[str]:
    return [str(line) for line in told] if isinstance(told, (list, tuple)) else []
