"""The page of an analysis and the conversation view over it: who may, with which motive, what is written down, what moves the rank."""

import json
from typing import Any
from uuid import uuid4

import pytest

from rempart.web.cases import analyses, care, dossiers
from rempart.web.cases.events import history, of_dossier
from rempart.web.cases.models import Analysis, Dossier, Event, Exposure
from rempart.web.config import Site
from rempart.web.desk.pages.analysis import ranges_told
from tests.conversations.readers.test_telegram_json import chat, message
from tests.web.cases import exports
from tests.web.desk.desk_team import Visitor, looks, now, text, visitor
from tests.web.entering import HEADERS
from tests.web.team import by, cast, dossier

pytestmark = pytest.mark.usefixtures("rows")
SECRET = "Garde le secret"
TELEGRAM = json.dumps(chat(message(1), message(2))).encode()


def analysed(site: Site, data: bytes = exports.CHAT, *, name: str = "chat.txt") -> tuple[Visitor, Dossier, Analysis]:
    """Alice with a dossier whose export was read by the worker; the motive is told."""
    people = cast()
    row = dossier(people.alice)
    seen = visitor(people.alice)
    seen.says_why(row)
    address = exports.exhibit(site, row, people.alice, data, name=name)
    analysis = analyses.ask(row, exhibit=address, by=by(people.alice))
    assert exports.work(site)
    analysis.refresh_from_db()
    assert analysis.state == "done", analysis.failure
    return seen, row, analysis


def waiting() -> tuple[Visitor, Dossier, Analysis]:
    """The same before the worker came."""
    people = cast()
    row = dossier(people.alice)
    seen = visitor(people.alice)
    seen.says_why(row)
    dossiers.add_exhibit(row, by=by(people.alice), words_told={"address": "a" * 64, "name": "chat.txt"})
    return seen, row, analyses.ask(row, exhibit="a" * 64, by=by(people.alice))


def test_the_progress_is_told_as_numbers_and_writes_no_look() -> None:
    """It is asked every two seconds, and says nothing of the content."""
    seen, row, analysis = waiting()

    told = json.loads(seen.get("analysis_progress", analysis.pk).content)

    assert (told["state"], told["share"]) == ("waiting", None)
    assert looks(row.pk) == 0


def test_a_page_under_way_refreshes_itself_without_script() -> None:
    """The progress is seen by everybody."""
    seen, _row, analysis = waiting()

    page = text(seen.get("analysis", analysis.pk))

    assert '<noscript><meta http-equiv="refresh"' in page
    assert "waits for the worker" in page


def test_a_failure_is_told_in_words_and_can_be_tried_again() -> None:
    """Nothing is lost by it."""
    seen, _row, analysis = waiting()
    Analysis.objects.filter(pk=analysis.pk).update(state="failed", failure="unknown_format")

    page = text(seen.get("analysis", analysis.pk))
    after = text(seen.post("analysis_again", analysis.pk))

    assert "not a conversation export that Rempart knows" in page
    assert "asked for again" in after
    assert Analysis.objects.get(pk=analysis.pk).state == "waiting"


def test_one_that_has_not_failed_is_not_begun_again() -> None:
    """Two workers never read the same file for nothing."""
    seen, _row, analysis = waiting()

    assert "has not failed" in text(seen.post("analysis_again", analysis.pk))


def test_others_do_not_know_of_it() -> None:
    """404 as for one that is not there; 403 without the right."""
    _seen, _row, analysis = waiting()
    people = cast_again()

    for name in ("analysis", "analysis_progress", "conversation", "conversation_rows"):
        assert visitor(people.bob).get(name, analysis.pk).status_code == 404
        assert visitor(people.bob).get(name, uuid4()).status_code == 404
        assert visitor(people.zoe).get(name, analysis.pk).status_code == 403


def test_the_messages_of_one_that_is_not_done_lead_to_its_progress() -> None:
    """There is nothing to read yet."""
    seen, _row, analysis = waiting()

    answer = seen.get("conversation", analysis.pk)

    assert (answer.status_code, answer["Location"]) == (303, f"/analyses/{analysis.pk}/")


def test_no_text_is_on_the_page_and_each_look_is_one_event(site: Site) -> None:
    """Words come when they are asked for; a look is a look, with or without script."""
    seen, row, analysis = analysed(site)

    summary = text(seen.get("analysis", analysis.pk))
    page = text(seen.get("conversation", analysis.pk))
    rows = seen.client.get(f"/analyses/{analysis.pk}/messages/rows/?chunk=0", **HEADERS)

    assert looks(row.pk) == 3
    assert SECRET not in summary + page + rows.content.decode()
    assert len(json.loads(rows.content)["rows"]) == 6


def test_without_a_motive_neither_page_nor_rows_nor_texts(site: Site) -> None:
    """The motive comes first, also for the script."""
    seen, row, analysis = analysed(site)
    other = visitor(seen.actor)

    page = text(other.get("conversation", analysis.pk))
    rows = text(other.client.get(f"/analyses/{analysis.pk}/messages/rows/?chunk=0", **HEADERS))
    shown = other.send("conversation_show", analysis.pk, show="page")

    assert 'name="motive"' in page
    assert "Parc 7" not in page + rows
    assert shown.status_code == 303
    assert looks(row.pk) == 0
    assert not Exposure.objects.exists()


def test_a_text_that_is_asked_for_is_counted_and_written_down(site: Site) -> None:
    """One event, with the places and never the words in clear."""
    seen, row, analysis = analysed(site)

    page = text(seen.send("conversation_show", analysis.pk, show="4", at="0"))

    assert SECRET in page
    told = history(of_dossier(row))[-1]
    assert (told.action, told.payload["what"]) == ("shown", f"messages {analysis.pk} 4")
    assert Exposure.objects.get(person=seen.actor.person).items == 1


def test_when_the_limit_is_reached_no_text_leaves(site: Site) -> None:
    """The sentence says what to do; nothing was shown."""
    seen, _row, analysis = analysed(site)
    Exposure.objects.create(person=seen.actor.person, day_date=now().date(), limit_s=10, seconds=10)

    answer = seen.send("conversation_show", analysis.pk, show="4", at="0")

    assert answer.status_code == 409
    assert "Your limit of reading for today is reached" in text(answer)
    assert SECRET not in text(answer)
    assert care.today(seen.actor.person, now=now()).items == 0


def test_a_search_is_written_down_sealed(site: Site) -> None:
    """Who looked for what can be asked later; the words are in no column."""
    seen, row, analysis = analysed(site)

    answer = seen.client.post(
        f"/analyses/{analysis.pk}/messages/search/", {"q": "SECRET"}, HTTP_ACCEPT="application/json", **HEADERS
    )

    assert json.loads(answer.content)["positions"] == [4]
    assert history(of_dossier(row))[-1].payload["what"] == "SECRET"
    sealed = b"".join(bytes(event.sealed or b"") for event in Event.objects.filter(subject=row.pk))
    assert b"SECRET" not in sealed


def test_a_suggestion_counts_nothing_until_a_person_states_it_and_then_moves_the_rank(site: Site) -> None:
    """The machine suggests, a person states, the order follows with its reason."""
    seen, row, analysis = analysed(site)
    row.refresh_from_db()
    before = row.level

    page = text(seen.get("analysis", analysis.pk))
    silent = text(seen.post("analysis_fact", analysis.pk, code="G1", state="established", reason=""))
    row.refresh_from_db()
    after_silence = row.level
    stated = text(
        seen.post("analysis_fact", analysis.pk, code="G1", state="established", reason="lu", evidence="lieu 1\nlieu 2")
    )

    row.refresh_from_db()
    assert "What it suggests to state" in page
    assert "Say why." in silent
    assert before == after_silence
    assert row.level == 0
    assert "→ P0 because: " in stated
    assert dossiers.contents(row).facts[0].words["evidence"] == ["lieu 1", "lieu 2"]


def test_the_timeline_has_the_instants_of_the_export(site: Site) -> None:
    """Read by the machine, and marked as that."""
    seen, row, _analysis = analysed(site, TELEGRAM, name="result.json")

    page = text(seen.get("dossier_timeline", row.number))

    assert "first message of the export" in page
    assert "5 Jan 2026" in page
    assert "read by the machine" in page


def test_an_export_without_a_time_zone_gives_no_instant(site: Site) -> None:
    """What is not known is not made up."""
    seen, row, _analysis = analysed(site)

    assert "first message of the export" not in text(seen.get("dossier_timeline", row.number))


@pytest.mark.parametrize(
    ("positions", "told"), [([], ""), ([3], "3"), ([5, 3, 4, 9], "3-5 9"), (list(range(0, 200, 2)), " …")]
)
def test_places_are_told_as_ranges(positions: list[int], told: str) -> None:
    """Short, in order, and cut when there are very many."""
    assert ranges_told(positions).endswith(told)


def cast_again() -> Any:
    """Others of the same organisation."""
    from types import SimpleNamespace

    from rempart.web.people.models import Organisation
    from rempart.web.people.roles import Role
    from tests.web.team import person

    home = Organisation.objects.get(is_home=True)
    return SimpleNamespace(bob=person("Bruno", home, Role.ANALYST), zoe=person("Zita", home))
