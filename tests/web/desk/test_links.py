"""Judging a proposal, and making one: joined, refused, taken back; of two reports that the reader may both know of, and never without a reason."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

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


# -- proposed by a person -----------------------------------------------------------------------------------


def strangers(site: Site) -> tuple[Report, Report]:
    """Two reports that share nothing that leaves a trace."""
    first, later = opened(
        site, told(), told(narrative="In another game somebody offers money for silence about a lost bicycle.")
    )
    return first, later


def propose(client: Client, report: Report, other: str, **fields: str) -> Any:
    """Sends the form of the page."""
    sent = {"other": other, "kind": "other", "reason": "the same sister is named", "back": f"/reports/{report.number}/"}
    return client.post(f"/reports/{report.number}/propose-link/", {**sent, **fields})


@pytest.mark.parametrize("spelled", ["R-{:06d}", "r{}", " {} "])
def test_a_person_proposes_a_link_and_somebody_else_judges_it(site: Site, spelled: str) -> None:
    """By the number as people write it; on both pages with who, why and what they share."""
    people = cast()
    first, later = strangers(site)
    alice, bob = at_desk(people.alice), at_desk(people.bob)
    tell_motive(alice, later)

    sentence = said(alice, propose(alice, later, spelled.format(first.number)))
    link = Link.objects.get()
    own, others = open_page(alice, later), open_page(bob, first)
    joined = said(bob, bob.post(f"/links/{link.pk}/join/", {"reason": "yes", "back": f"/reports/{first.number}/"}))

    assert f"It is proposed that R-{first.number:06d} and R-{later.number:06d} belong together." in sentence
    assert "You proposed this; somebody else judges it." in own
    assert f"/links/{link.pk}/withdraw/" in own
    assert f"/links/{link.pk}/join/" not in own
    for said_there in ("the same sister is named", "something else, as the reason says", f"/links/{link.pk}/join/"):
        assert said_there in others
    assert "proposed to belong with another report" in others
    assert "are joined" in joined


def test_who_proposed_is_refused_the_judgement_and_takes_it_back(site: Site) -> None:
    """A sentence for the one, and then the link is on no page."""
    people = cast()
    first, later = strangers(site)
    alice, back = at_desk(people.alice), f"/reports/{later.number}/"
    tell_motive(alice, later)
    propose(alice, later, str(first.number))
    link = Link.objects.get()

    refused = [said(alice, alice.post(f"/links/{link.pk}/{verb}/", {"reason": "x", "back": back})) for verb in ("join", "refuse")]  # fmt: skip
    taken = said(alice, alice.post(f"/links/{link.pk}/withdraw/", {"reason": "mixed up", "back": back}))
    page = open_page(alice, later)

    assert all("You proposed this yourself, so somebody else judges it." in one for one in refused)
    assert "is taken back" in taken
    assert "No other report looks like this one." in page
    assert "a proposal on another report was taken back" in page


def test_unknown_hidden_and_foreign_numbers_get_the_same_answer(site: Site) -> None:
    """The same bytes for what is not there, what others keep to themselves, what is elsewhere and what is no number."""
    people = cast()
    _, later = strangers(site)
    hidden, elsewhere = opened(site, told(narrative="A third matter."), told(narrative="A fourth matter."))
    dossiers.restrict(dossier(people.alice, hidden), is_restricted=True, by=by(people.alice))
    Report.objects.filter(pk=elsewhere.pk).update(organisation=people.chloe.person.organisation)
    bob = at_desk(people.bob)
    tell_motive(bob, later)

    numbers = ("999999999999", str(hidden.number), str(elsewhere.number), "", "x", "-3", "9" * 40, "٣")

    sentences = {said(bob, propose(bob, later, number)) for number in numbers}
    answers = [propose(bob, later, number) for number in numbers]

    assert len({(one.status_code, one["Location"], one.content) for one in answers}) == 1
    assert sentences == {"There is no such report, or it is not for you. Nothing was changed."}
    assert not Link.objects.filter(proposed_by__isnull=False).exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": " "}, "Say why"),
        ({"kind": ""}, "kind"),
        ({"kind": "colour"}, "kind"),
    ],
)
def test_a_form_that_is_not_complete_proposes_nothing(site: Site, fields: dict[str, str], sentence: str) -> None:
    """The page says what is missing."""
    people = cast()
    first, later = strangers(site)
    bob = at_desk(people.bob)
    tell_motive(bob, later)

    assert sentence in said(bob, propose(bob, later, str(first.number), **fields))
    assert not Link.objects.exists()


def test_a_report_with_itself_and_a_pair_that_is_known_are_refused_in_words(site: Site) -> None:
    """Which of them it is, the page says."""
    people = cast()
    first, later, link = pair(site)
    alice, bob = at_desk(people.alice), at_desk(people.bob)
    for client in (alice, bob):
        tell_motive(client, later)

    itself = said(bob, propose(bob, later, str(later.number)))
    proposed = said(bob, propose(bob, later, str(first.number)))
    alice.post(f"/links/{link.pk}/refuse/", {"reason": "no"})
    refused = said(bob, propose(bob, later, str(first.number)))

    assert "not linked with itself" in itself
    assert "proposed already" in proposed
    assert "Somebody found that these two reports do not belong together." in refused


def test_who_judges_no_links_proposes_none(site: Site) -> None:
    """No form, and 403 for who sends one all the same."""
    people = cast()
    first, later = strangers(site)
    dora = at_desk(people.by_role[Role.SECOND_READER])

    page = open_page(dora, later, "second_reading")

    assert "Propose a link" not in page
    assert propose(dora, later, str(first.number)).status_code == 403
    assert not Link.objects.exists()
