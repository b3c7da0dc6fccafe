"""The search page: three answers that are never mistaken for each other, no word of a report, and what was asked stays sealed."""

from collections.abc import Callable, Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from django.test import Client

from rempart.evidence.keys import recipient_of
from rempart.evidence.sealing import seal
from rempart.intake.report import Attachment, Contact
from rempart.web.cases import dossiers
from rempart.web.cases.events import WORKER, Act, history, of_person, of_report, record
from rempart.web.cases.models import Event, Report
from rempart.web.config import Site
from rempart.web.door.models import Message
from rempart.web.people.access import Actor
from rempart.web.people.models import Person
from rempart.web.people.roles import Role
from rempart.web.searching.filling import Filling
from rempart.web.searching.index import Index
from rempart.web.searching.service import Listener
from tests.web.conftest import INTAKE
from tests.web.desk.desking import NARRATIVE, at_desk, opened, text_of, told
from tests.web.team import by, cast, dossier

pytestmark = pytest.mark.usefixtures("rows")
Fill = Callable[[], None]


@pytest.fixture
def fill(site: Site) -> Iterator[Fill]:
    """A worker that searches; call it to let it take in what was opened."""
    with closing(Index()) as index:
        filling = Filling(site, index)

        def take_in() -> None:
            filling.look()
            while filling.step():
                pass

        with Listener(site, index, filling):
            yield take_in


def ask(client: Client, query: str, motive: str = "triage") -> str:
    """The page that answers."""
    answer = client.post("/search/", {"q": query, "motive": motive})
    return answer.content.decode()


def test_a_word_finds_its_report_and_shows_no_word_of_it(site: Site, fill: Fill) -> None:
    """The number and the enums; how much was searched; what was typed is not in the address."""
    people, (row,) = cast(), opened(site)
    fill()

    page = ask(at_desk(people.bob), "station")

    assert f"R-{row.number:06d}" in page
    assert "1 report holds this." in page
    assert "1 opened report was searched." in page
    assert NARRATIVE not in page
    assert "the words" in page


def test_nothing_found_is_told_as_that(site: Site, fill: Fill) -> None:
    """Everything was searched, and nothing is there."""
    people = cast()
    opened(site)
    fill()

    page = ask(at_desk(people.bob), "zeppelin")

    assert "Nothing was found." in page
    assert "1 opened report was searched." in page


def test_nobody_to_ask_is_not_nothing_found(site: Site) -> None:
    """The worker is away: nobody looked."""
    people = cast()
    opened(site)

    page = ask(at_desk(people.bob), "station")

    assert "does not answer" in page
    assert "does not mean that nothing is there" in page
    assert "Nothing was found." not in page


def test_not_everything_searched_yet_is_told(site: Site, fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was opened after the last filling counts as not searched."""
    people = cast()
    opened(site)
    fill()
    opened(site, told(narrative="another one"))
    monkeypatch.setattr(Filling, "total", property(lambda _: 2))

    assert "Only 1 of 2 opened reports could be searched so far" in ask(at_desk(people.bob), "station")


def test_what_the_reader_may_not_know_of_is_not_found(site: Site, fill: Fill) -> None:
    """Another organisation, and a restricted dossier: not listed, not counted."""
    people, (row,) = cast(), opened(site)
    dossiers.restrict(dossier(people.alice, row), is_restricted=True, by=by(people.alice))
    fill()

    pages = [ask(at_desk(who), "station") for who in (people.bob, people.chloe, people.alice)]

    assert ["Nothing was found." in page for page in pages] == [True, True, False]


def test_the_page_says_that_a_later_message_a_file_or_several_parts_hold_it(site: Site, fill: Fill) -> None:
    """Each in words, for what somebody writes after the report and for what it came with."""
    file = Attachment(name="harbour.png", sha256="ab" * 32, size_bytes=10, address="cd" * 32, reader="other")
    people, (row,) = cast(), opened(site, told(attachments=(file,)))
    message = Message.objects.create(
        id=uuid4(), lookup=bytes(row.lookup), from_reporter=True, content_mac=bytes(16), salt=bytes(16), sent_at=row.received_at,
        sealed=seal(b"He wrote again about the lighthouse.", recipients=[recipient_of(INTAKE)]),
    )  # fmt: skip
    record(Act(action="message_came", actor=WORKER, at=row.received_at, id=message.id), subject=of_report(row))
    fill()
    bob = at_desk(people.bob)

    for query, place in (
        ("lighthouse", "a message of the reporter"),
        ("harbour", "the name of a file"),
        ("lighthouse harbour station", "several of these together"),
    ):
        page = ask(bob, query)
        assert f"R-{row.number:06d}" in page
        assert place in page
        assert "He wrote again" not in page


def test_words_that_are_found_only_with_contact_details_are_not_found_by_who_may_not_read_them(
    site: Site, fill: Fill
) -> None:
    """A name beside a word that anybody finds tells nobody whose report it is."""
    people, (row,) = cast(), opened(site, told(contact=Contact(name="Mirabelle Exemple")))
    fill()

    hidden = ask(at_desk(people.bob), "station mirabelle")

    assert f"R-{row.number:06d}" not in hidden
    assert "1 report holds it in contact details" in hidden


def test_contact_details_are_not_found_by_who_may_not_read_them(site: Site, fill: Fill) -> None:
    """It is said that there is something, not where; with the custodian's role the report is named."""
    people, (row,) = cast(), opened(site, told(contact=Contact(name="Mirabelle Exemple")))
    both = _grant_custodian(people.dora.person)
    fill()

    bob, custodian = ask(at_desk(people.bob), "Mirabelle"), ask(at_desk(both), "Mirabelle")

    assert f"R-{row.number:06d}" not in bob
    assert "ask the custodian of identities" in bob
    assert f"R-{row.number:06d}" in custodian


def _grant_custodian(somebody: Person) -> Actor:
    from uuid import uuid4

    from rempart.web.people.access import actor_of
    from rempart.web.people.models import Grant
    from tests.web.conftest import NOON

    Grant.objects.create(id=uuid4(), person=somebody, role=Role.CUSTODIAN, since_at=NOON)
    return actor_of(somebody)


def test_what_was_searched_is_sealed_to_the_person(site: Site, fill: Fill) -> None:
    """One event with its motive; the words stand in no column."""
    people = cast()
    opened(site)
    fill()
    ask(at_desk(people.bob), "a very rare canary", motive="linked")

    (event,) = Event.objects.filter(action="searched")
    (told_there,) = [one for one in history(of_person(people.bob.person)) if one.action == "searched"]
    assert (event.motive, event.actor) == ("linked", people.bob.pseudonym)
    assert told_there.payload == {"query": "a very rare canary"}
    assert b"canary" not in bytes(event.sealed or b"")


@pytest.mark.parametrize("query", ["", "   ", "!?", "x" * 301])
def test_what_cannot_be_searched_for_is_refused(site: Site, fill: Fill, query: str) -> None:
    """With a sentence, and no event."""
    people = cast()
    bob = at_desk(people.bob)

    answer = bob.post("/search/", {"q": query, "motive": "triage"})

    assert answer.status_code == 400
    assert b'role="alert"' in answer.content
    assert not Event.objects.filter(action="searched").exists()


def test_a_search_without_a_motive_is_refused_and_keeps_the_words(site: Site, fill: Fill) -> None:
    """Why comes first; what was typed is still in the field."""
    people = cast()
    opened(site)

    page = ask(at_desk(people.bob), "station", motive="")

    assert "Choose why you search" in page
    assert 'value="station"' in page


@pytest.mark.parametrize("typed", ["R-{:06d}", "r{}", " R{} "])
def test_a_number_leads_to_its_report(site: Site, typed: str) -> None:
    """Without a question to the worker; its page asks why."""
    people, (row,) = cast(), opened(site)
    bob = at_desk(people.bob)

    answer = bob.post("/search/", {"q": typed.format(row.number)})

    assert (answer.status_code, answer["Location"]) == (303, f"/reports/{row.number}/")


def test_the_number_of_a_report_of_others_leads_nowhere(site: Site, fill: Fill) -> None:
    """The same as a number that nobody has."""
    people, (row,) = cast(), opened(site)
    chloe = at_desk(people.chloe)
    fill()

    own = ask(chloe, f"R-{row.number:06d}").replace(f"{row.number:06d}", "N")
    absent = ask(chloe, "R-999999").replace("999999", "N")

    assert _without_token(own) == _without_token(absent)


def _without_token(page: str) -> str:
    return (
        page.split("<main")[1].split('name="csrfmiddlewaretoken"', maxsplit=1)[0]
        + page.split('id="found"')[1].split("<footer", maxsplit=1)[0]
    )


def test_the_form_alone_searches_nothing(site: Site) -> None:
    """A page, and no event; who may not search is refused."""
    people = cast()

    assert "Why do you search?" in text_of(at_desk(people.bob).get("/search/"))
    assert not Event.objects.filter(action="searched").exists()
    assert at_desk(people.by_role[Role.LISTENER]).get("/search/").status_code == 403
    assert Report.objects.count() == 0
