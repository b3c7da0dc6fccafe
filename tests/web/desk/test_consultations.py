"""Each look at a report, a dossier or its messages is one event with its motive; nobody looks without saying why.

The pages are those of matrix.toml, so that a new page is looked at too.
"""

from collections.abc import Iterator
from uuid import UUID

import pytest

from rempart.web.cases.events import Motive
from rempart.web.cases.models import Event
from rempart.web.config import Site
from tests.web.cases.arriving import empty_tables
from tests.web.desk.matrix import DONE, Address, Line, addresses, lines, outcome, url_of
from tests.web.desk.world import NARRATIVE, Browser, Relation, World, browsers, give_motive, world

SECRETS = (NARRATIVE, "The game", "who writes there", "player_7", "do not tell anybody", "the school answered")
NUMBERS_ONLY = {"analysis_progress"}  # how far an analysis is, nothing of its content
ADDRESSES = {address.name: address for address in addresses()}
PAGES = {
    key: line
    for key, line in lines().items()
    if "GET" in line.allowed and line.on in ("report", "dossier", "analysis", "draft") and key not in NUMBERS_ONLY
}
QUERY = {"conversation_rows": "?chunk=0"}
# name of a verb that shows words, its form, and the action that is written with what is shown
SHOWING: tuple[tuple[str, dict[str, str], str], ...] = (
    ("report_show", {"show": "words"}, "S"),
    ("report_show", {"show": "messages"}, "S"),
    ("report_contact", {}, "K"),
    ("unfinished_show", {"show": "words"}, "A"),
    ("conversation_show", {"show": "3", "at": "0"}, "S"),
)


@pytest.fixture
def made(site: Site) -> Iterator[World]:
    """Everybody and everything, gone after the test."""
    with empty_tables():
        yield world(site)


def subject_of(line: Line, made: World) -> UUID:
    """Of what the journal tells: the report, the unfinished form or the dossier."""
    return {"report": made.own.report.pk, "draft": made.draft}.get(line.on, made.own.dossier.pk)


def page_of(key: str, made: World) -> str:
    """The address of a page of the own report, dossier or analysis."""
    found: Address = ADDRESSES[key]
    return url_of(found, lines()[key], made, Relation.OWN) + QUERY.get(key, "")


def told(subject: UUID, after: int) -> list[tuple[str, str]]:
    """What was written of a subject since: actions with their motives."""
    rows = Event.objects.filter(subject=subject, seq__gt=after).order_by("seq")
    return list(rows.values_list("action", "motive"))


def now() -> int:
    """The number of the last leaf."""
    return int(Event.objects.order_by("-seq").values_list("seq", flat=True)[0])


def content(browser: Browser, page: str, method: str = "GET") -> str:
    """What an allowed page says."""
    answer = browser.ask(method, page)
    assert outcome(answer) == DONE, answer.status_code
    return bytes(getattr(answer, "content", b"")).decode()


def test_all_pages_of_reports_dossiers_and_analyses_are_here() -> None:
    """The table is not read wrongly."""
    assert len(PAGES) >= 13
    assert {"report", "dossier", "dossier_history", "analysis", "conversation", "conversation_rows"} <= set(PAGES)


@pytest.mark.parametrize("key", PAGES)
def test_without_a_motive_nothing_is_shown_and_nothing_is_written(made: World, key: str) -> None:
    """Only the question why."""
    before, browser = now(), browsers(made)[PAGES[key].who[0]]

    said = content(browser, page_of(key, made))

    assert 'name="motive"' in said
    assert [secret for secret in SECRETS if secret in said] == []
    assert told(subject_of(PAGES[key], made), before) == []


@pytest.mark.parametrize("key", PAGES)
def test_one_look_is_one_event_with_its_motive(made: World, key: str) -> None:
    """Of the page that was asked for, by who asked, and each time anew."""
    subject, browser = subject_of(PAGES[key], made), browsers(made)[PAGES[key].who[0]]
    give_motive(browser, subject, Motive.SUPERVISION)
    before = now()

    said = content(browser, page_of(key, made))
    once = told(subject, before)
    content(browser, page_of(key, made))

    assert 'name="motive"' not in said
    assert once == [("consulted", "supervision")]
    assert told(subject, before) == once * 2


@pytest.mark.parametrize("key", PAGES)
def test_who_is_refused_leaves_no_look(made: World, key: str) -> None:
    """A motive that was told for one thing opens no other, and a refusal is no consultation."""
    line, asking = PAGES[key], browsers(made)
    before = now()
    for browser in asking.values():
        for relation in (Relation.RESTRICTED, Relation.ELSEWHERE) if line.on != "draft" else (Relation.ABSENT,):
            browser.ask("GET", url_of(ADDRESSES[key], line, made, relation) + QUERY.get(key, ""))

    assert not Event.objects.filter(seq__gt=before, action__in=("consulted", "shown")).exists()


@pytest.mark.parametrize(("key", "form", "letter"), SHOWING)
def test_words_that_are_shown_are_one_event(made: World, key: str, form: dict[str, str], letter: str) -> None:
    """Counted before they leave; without a motive they do not leave."""
    line = lines()[key]
    subject, browser, page = subject_of(line, made), browsers(made)[letter], page_of(key, made)
    before = now()
    refused = browser.ask("POST", page, form)
    nothing = told(subject, before)
    give_motive(browser, subject)

    shown = browser.ask("POST", page, form)

    assert nothing == []
    assert [secret for secret in SECRETS if secret.encode() in getattr(refused, "content", b"")] == []
    assert outcome(shown) == DONE, shown.status_code
    assert [action for action, _motive in told(subject, before)] == ["shown"]


def test_a_search_is_one_event_and_says_why(made: World) -> None:
    """Without a motive nothing is searched."""
    browser, before = browsers(made)["A"], now()
    browser.ask("POST", "/search/", {"q": "library"})
    nothing = Event.objects.filter(seq__gt=before).count()

    browser.ask("POST", "/search/", {"q": "library", "motive": "linked"})

    assert nothing == 0
    assert list(Event.objects.filter(seq__gt=before).values_list("action", "motive")) == [("searched", "linked")]


def test_taking_the_most_urgent_tells_why_by_itself(made: World) -> None:
    """To sort it; then one look is one event."""
    browser, before = browsers(made)["A"], now()
    answer = browser.ask("POST", "/take/")

    content(browser, answer.headers["Location"])

    rows = Event.objects.filter(seq__gt=before).order_by("seq").values_list("action", "motive")
    assert list(rows) == [("report_taken", ""), ("consulted", "triage")]
