"""Tables through the door: every row a sealed report of its own, kept once, in the name of who brought it."""

import os
from collections.abc import Sequence

import pytest
from django.db import DatabaseError

from rempart.evidence.keys import recipient_of
from rempart.evidence.ledger.leaves import decode as decode_leaf
from rempart.evidence.sealing import unseal
from rempart.intake.receipt import code_of, lookup_of
from rempart.intake.report import Channel, Report, decode
from rempart.intake.table import Row, read_table
from rempart.web.door.actions import Means, Receipt, receive_report
from rempart.web.door.models import Deposit, Leaf, Mailbox
from rempart.web.doors import table
from rempart.web.doors.table import TOGETHER, KeptRows, NobodyNamed, keep_rows
from tests.web.conftest import INTAKE, NOON

pytestmark = pytest.mark.usefixtures("rows")


def rows_of(*texts: str) -> Sequence[Row]:
    """The rows of a table with these texts."""
    return read_table("\n".join(["récit", *texts]).encode(), language="fr").rows


def means() -> Means:
    """Noon and true randomness."""
    return Means(recipients=(recipient_of(INTAKE),), at=NOON, draw=os.urandom)


def reports() -> list[Report]:
    """What was kept, by its words."""
    sealed = Deposit.objects.values_list("sealed", flat=True)
    opened = (decode(unseal(bytes(data), identities=[INTAKE])) for data in sealed)
    return sorted(opened, key=lambda report: report.narrative or "")


@pytest.mark.parametrize("by", ["", " \n", "x" * 2_049])
def test_nobody_brings_a_table_without_a_name(by: str) -> None:
    """Who brought it can be asked later."""
    with pytest.raises(NobodyNamed):
        keep_rows(rows_of("one"), by=by, means=means)

    assert not Deposit.objects.exists()


def test_every_row_is_a_report_of_its_own() -> None:
    """The name stands inside the sealed report, and nowhere else."""
    kept = keep_rows(rows_of("one", "two"), by="  Alice \n Martin ", means=means)

    assert kept == KeptRows(received=2, repeated=0)
    assert [(report.narrative, report.received_by, report.received_through) for report in reports()] == [
        ("one", "Alice Martin", Channel.TABLE),
        ("two", "Alice Martin", Channel.TABLE),
    ]
    assert set(Deposit.objects.values_list("door", "lane")) == {("table", "plain")}
    assert {decode_leaf(bytes(leaf.data)).actor for leaf in Leaf.objects.all()} == {"table"}


def test_a_table_that_is_given_again_keeps_only_what_is_new() -> None:
    """In another order, by another person, with a row twice."""
    keep_rows(rows_of("one", "two"), by="Alice", means=means)

    kept = keep_rows(rows_of("two", "three", "one", "three"), by="Bob", means=means)

    assert kept == KeptRows(received=1, repeated=3)
    assert [(report.narrative, report.received_by) for report in reports()] == [
        ("one", "Alice"),
        ("three", "Bob"),
        ("two", "Alice"),
    ]


def test_who_was_slower_finds_the_row_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people bring the same table at once: one report."""
    keep_rows(rows_of("one"), by="Alice", means=means)
    real = Mailbox.objects.filter
    answers = iter([Mailbox.objects.none()])
    monkeypatch.setattr(Mailbox.objects, "filter", lambda **told: next(answers, None) or real(**told))

    assert keep_rows(rows_of("one"), by="Bob", means=means) == KeptRows(received=0, repeated=1)


def test_after_a_failure_the_table_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows at a time are one transaction: those before stay, those of the failure are not half kept."""
    rows = rows_of(*(f"row {number:03}" for number in range(2 * TOGETHER + 5)))
    real, calls = receive_report, iter(range(1_000))

    def failing(report: Report, **told: object) -> Receipt:
        if next(calls) == TOGETHER + 3:
            raise DatabaseError
        return real(report, **told)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(table, "receive_report", failing)
    with pytest.raises(DatabaseError):
        keep_rows(rows, by="Alice", means=means)
    assert Deposit.objects.count() == TOGETHER
    monkeypatch.undo()

    done: list[int] = []
    kept = keep_rows(rows, by="Alice", means=means, observer=done.append)

    assert kept == KeptRows(received=TOGETHER + 5, repeated=TOGETHER)
    assert done == [TOGETHER, 2 * TOGETHER, 2 * TOGETHER + 5]
    assert Deposit.objects.count() == len(rows)


def test_who_has_the_table_has_not_its_codes() -> None:
    """The codes come from a secret of the site too."""
    (row,) = rows_of("one")
    keep_rows([row], by="Alice", means=means)

    assert not Mailbox.objects.filter(lookup=lookup_of(code_of(row.key))).exists()
