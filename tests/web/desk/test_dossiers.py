"""The list of dossiers: titles opened for who may know them, the most urgent first, and few questions to the tables."""

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from rempart.web.cases import dossiers, facts
from rempart.web.cases.models import Dossier, SubjectKey
from rempart.web.people.roles import Role
from tests.web.desk.desk_team import text, visitor
from tests.web.team import by, cast, dossier

pytestmark = pytest.mark.usefixtures("rows")


def test_it_says_so_when_no_dossier_is_open_to_the_reader() -> None:
    """An empty list tells what to do."""
    people = cast()
    dossier(people.alice)

    page = text(visitor(people.bob).get("dossiers"))

    assert "No dossier is open to you." in page
    assert "D-000001" not in page


def test_another_organisation_and_a_stranger_see_nothing_of_it() -> None:
    """Its title is not on their page, and without a role there is no page."""
    people = cast()
    dossier(people.alice, title="Titre reconnaissable")

    assert "Titre reconnaissable" not in text(visitor(people.chloe).get("dossiers"))
    assert visitor(people.zoe).get("dossiers").status_code == 403


def test_the_list_shows_title_state_lead_and_last_act() -> None:
    """What one needs to choose the next one."""
    people = cast()
    row = dossier(people.alice, title="Titre reconnaissable")
    dossiers.write_note(row, text="une note", by=by(people.alice))

    page = text(visitor(people.alice).get("dossiers"))

    assert "Titre reconnaissable" in page
    assert "note written" in page
    assert people.alice.person.user.username in page


def test_the_most_urgent_stands_first() -> None:
    """The level decides, then the points."""
    people = cast()
    first, second = dossier(people.alice, title="Premier"), dossier(people.alice, title="Second")
    facts.state_fact(second, by=by(people.alice), words_told={"code": "G1", "state": "established"})

    page = text(visitor(people.alice).get("dossiers"))

    assert page.index("Second") < page.index("Premier")
    assert first.level > second.level


def test_filters_leave_out_what_is_not_wanted_and_closed_ones_are_asked_for() -> None:
    """What is at rest does not stand in the way."""
    people = cast()
    row = dossier(people.alice, title="Titre reconnaissable")
    dossiers.step(row, "close", by=by(people.alice))
    seen = visitor(people.alice)

    assert "Titre reconnaissable" not in text(seen.get("dossiers"))
    assert "Titre reconnaissable" in text(seen.client.get("/dossiers/?rest=1", HTTP_HOST="localhost"))
    assert "No dossier is like that." in text(
        seen.client.get("/dossiers/?level=0", HTTP_HOST="localhost", HTTP_ACCEPT_LANGUAGE="en")
    )


def test_a_title_that_was_erased_is_told_as_such() -> None:
    """The row stays, its words do not."""
    people = cast()
    row = dossier(people.alice, title="Titre reconnaissable")
    from rempart.web.cases.models import Tombstone
    from tests.web.conftest import NOON

    Tombstone.objects.create(subject=row.pk, erased_at=NOON, ground="term")
    SubjectKey.objects.filter(subject=row.pk).delete()

    page = text(visitor(people.alice).get("dossiers"))

    assert "Titre reconnaissable" not in page
    assert "words erased" in page


def test_a_new_dossier_is_led_by_who_opens_it_and_opens_at_once() -> None:
    """One form, and one is there."""
    people = cast()

    page = text(visitor(people.alice).post("dossier_open", title="Nouveau", purpose="essai"))

    assert Dossier.objects.get().lead_id == people.alice.person.pk
    assert "Nouveau" in page
    assert "is open. You lead it." in page


def test_a_dossier_without_a_title_is_not_opened() -> None:
    """Blanks are no title."""
    people = cast()

    page = text(visitor(people.alice).post("dossier_open", title="  ", back="/dossiers/"))

    assert not Dossier.objects.exists()
    assert "is empty. Nothing was changed." in page


def test_a_second_reader_opens_no_dossier() -> None:
    """The role does not allow it."""
    people = cast()

    assert visitor(people.by_role[Role.SECOND_READER]).send("dossier_open", title="Nouveau").status_code == 403
    assert not Dossier.objects.exists()


def test_a_list_of_thirty_asks_no_more_questions_than_one_of_three() -> None:
    """Titles, counts and last acts are asked for all at once."""
    people = cast()
    seen = visitor(people.alice)
    for _ in range(3):
        dossier(people.alice)
    seen.get("dossiers")
    with CaptureQueriesContext(connections["default"]) as few:
        seen.get("dossiers")
    for _ in range(27):
        dossier(people.alice)
    with CaptureQueriesContext(connections["default"]) as many:
        seen.get("dossiers")

    assert len(many) == len(few)
