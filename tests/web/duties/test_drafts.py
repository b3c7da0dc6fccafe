"""Drafts go when their report came in or when they are old; nothing else of the door ever goes."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from rempart.intake.receipt import code_of, lookup_of
from rempart.intake.report import Kind, Report, ReporterKind
from rempart.web.config import Site
from rempart.web.door import actions
from rempart.web.door.models import Deposit, Draft
from rempart.web.duties.drafts import KEPT, remove_drafts
from rempart.web.duties.plan import Told
from tests.web.conftest import NOON
from tests.web.test_signing import receive

pytestmark = pytest.mark.usefixtures("rows")


def draft(lookup: bytes, saved_at: datetime) -> Draft:
    """A draft, kept."""
    row = Draft(id=uuid4(), lookup=lookup, sealed=b"sealed", saved_at=saved_at)
    row.save(force_insert=True)
    return row


def test_a_draft_whose_report_came_in_goes(site: Site) -> None:
    """All rows of that form, and only of that form."""
    code = receive(1)
    draft(lookup_of(code), NOON)
    draft(lookup_of(code), NOON)
    other = draft(b"another form", NOON)

    assert remove_drafts(site, NOON) == Told()

    assert [row.id for row in Draft.objects.all()] == [other.id]
    assert Deposit.objects.count() == 1


@pytest.mark.parametrize(("age", "stays"), [(KEPT - timedelta(minutes=1), True), (KEPT + timedelta(minutes=1), False)])
def test_an_old_draft_goes(site: Site, age: timedelta, stays: bool) -> None:
    """Its sender agreed to thirty days."""
    draft(b"a form", NOON - age)

    remove_drafts(site, NOON)

    assert Draft.objects.exists() is stays


def test_a_draft_of_the_form_page_goes_with_its_report(site: Site) -> None:
    """Draft and report are found to be one by the token of the page, as the form sends it."""
    token = bytes(range(16))
    report = Report(kind=Kind.SITUATION, reporter=ReporterKind.PARENT, language="fr", narrative="words")
    draws = iter(bytes([place]) * 16 for place in range(50))
    means = actions.Means(
        recipients=("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",),
        at=NOON,
        draw=lambda count: next(draws)[:count],
    )
    actions.save_draft(report, token=token, means=means)
    sender = actions.Sender(door=actions.Door.FORM, lane=actions.Lane.PLAIN)
    receipt = actions.receive_report(report, token=token, sender=sender, means=means)

    remove_drafts(site, NOON)

    assert receipt.code == code_of(token)
    assert not Draft.objects.exists()
