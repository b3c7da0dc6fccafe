"""Judging a proposal: joined, refused, taken back; of two reports that the reader may both know of, and never without a reason."""

from datetime import timedelta
from uuid import uuid4

import pytest

from rempart.intake.report import Account
from rempart.web.cases import dossiers
from rempart.web.cases.lifecycle import Status
from rempart.web.cases.models import Link, Report
from rempart.web.config import Site
from rempart.web.people.roles import Role
from tests.web.conftest import NOON
from tests.web.desk.desking import at_desk, open_page, opened, press, said, tell_motive, told
from tests.web.team import by, cast, dossier

pytestmark = pytest.mark.usefixtures("rows")
SAME = (Account(service="a game", name="player_example_17"),)


def pair(site: Site) -> tuple[Report, Report, Link]:
    """Two reports that name the same account, and their proposal."""
    first, later = opened(site, told(accounts=SAME), told(accounts=SAME, narrative="Another evening in the same game."))
    return first, later, Link.objects.get()


def test_a_proposal_says_what_both_share_and_can_be_judged(site: Site) -> None:
    """The other number, what they share in words, and three addresses of verbs."""
    people = cast()
    first, later, link = pair(site)

    page = open_page(at_desk(people.bob), later)

    assert f'href="/reports/{first.number}/"' in page
    assert "same account" in page
    assert f"/links/{link.pk}/join/" in page
    assert f"/links/{link.pk}/refuse/" in page


def test_a_duplicate_is_joined_and_undone_from_its_page(site: Site) -> None:
    """It leaves the queue and comes back, and the page tells who judged and why."""
    people = cast()
    first, later, link = pair(site)
    bob, back = at_desk(people.bob), f"/reports/{later.number}/"
    tell_motive(bob, later)

    joined = said(bob, bob.post(f"/links/{link.pk}/join/", {"reason": "the same family", "back": back}))
    later.refresh_from_db()
    page = open_page(bob, later)
    undone = said(bob, bob.post(f"/links/{link.pk}/undo/", {"reason": "two families", "back": back}))
    link.refresh_from_db()

    assert (later.status, later.duplicate_of_id) == (Status.DUPLICATE, first.pk)
    assert "are joined" in joined
    assert "the same family" in page
    later.refresh_from_db()
    assert "taken back" in undone
    assert (later.status, link.state) == (Status.TO_TRIAGE, "proposed")


def test_a_refused_proposal_stays_apart(site: Site) -> None:
    """Both reports stand as before."""
    people = cast()
    _, later, link = pair(site)
    bob = at_desk(people.bob)

    bob.post(f"/links/{link.pk}/refuse/", {"reason": "another player"})

    link.refresh_from_db()
    later.refresh_from_db()
    assert (link.state, later.is_open) == ("refused", True)


def test_a_judgement_without_a_reason_is_refused_on_the_page(site: Site) -> None:
    """The proposal waits still."""
    people = cast()
    _, later, link = pair(site)
    bob = at_desk(people.bob)
    tell_motive(bob, later)

    sentence = said(bob, bob.post(f"/links/{link.pk}/join/", {"reason": " ", "back": f"/reports/{later.number}/"}))

    link.refresh_from_db()
    assert "Say why" in sentence
    assert link.state == "proposed"


def test_strangers_and_absent_links_get_the_same_404(site: Site) -> None:
    """Also when one of the two reports is in a restricted dossier."""
    people = cast()
    first, _, link = pair(site)
    dossiers.restrict(dossier(people.alice, first), is_restricted=True, by=by(people.alice))
    bob = at_desk(people.bob)

    absent = bob.post(f"/links/{uuid4()}/join/", {"reason": "x"})
    hidden = bob.post(f"/links/{link.pk}/join/", {"reason": "x"})
    stranger = at_desk(people.chloe).post(f"/links/{link.pk}/join/", {"reason": "x"})

    assert [one.status_code for one in (absent, hidden, stranger)] == [404] * 3
    assert absent.content == hidden.content


def test_a_link_to_a_hidden_report_is_not_on_the_page(site: Site) -> None:
    """Nor its number in the history."""
    people = cast()
    first, later, link = pair(site)
    bob = at_desk(people.bob)
    said(bob, bob.post(f"/links/{link.pk}/refuse/", {"reason": "another player"}))
    dossiers.restrict(dossier(people.alice, first), is_restricted=True, by=by(people.alice))

    page = open_page(bob, later)

    assert f"R-{first.number:06d}" not in page
    assert "No other report looks like this one." in page


def test_a_second_reader_sees_proposals_and_judges_none(site: Site) -> None:
    """The right to judge is a right of its own."""
    people = cast()
    _, later, link = pair(site)
    dora = at_desk(people.by_role[Role.SECOND_READER])

    page = open_page(dora, later, "second_reading")
    answer = dora.post(f"/links/{link.pk}/join/", {"reason": "x"})

    assert "same account" in page
    assert "/join/" not in page
    assert answer.status_code == 403


def test_a_report_that_a_colleague_works_on_is_not_closed_under_their_hands(site: Site) -> None:
    """The refusal is a sentence."""
    people = cast()
    _, later, link = pair(site)
    alice, bob = at_desk(people.alice), at_desk(people.bob)
    press(alice, later, "take")
    Report.objects.filter(pk=later.pk).update(locked_until=NOON + timedelta(days=9_000))
    tell_motive(bob, later)

    sentence = said(bob, bob.post(f"/links/{link.pk}/join/", {"reason": "same", "back": f"/reports/{later.number}/"}))

    assert "A colleague works on the later report now" in sentence
