"""Ranks: what people state moves a report or dossier, with the reason; nothing that was declared is lowered by a machine."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from rempart.evidence.keys import new_identity
from rempart.intake.report import Category, Urgency
from rempart.priority.facts import Fact
from rempart.web.cases import ranking
from rempart.web.cases.dossiers import add_person, attach_report, open_dossier, take_back
from rempart.web.cases.events import WORKER, Act, history, of_report, record
from rempart.web.cases.facts import state_fact, state_fact_on_report
from rempart.web.cases.models import Dossier, Report
from rempart.web.cases.ranking import (
    explain_dossier,
    explain_report,
    next_change_at,
    rank_dossier,
    rank_lapsed,
    rank_report,
)
from rempart.web.config import Site
from rempart.web.duties.ranking import PLAN
from rempart.web.people.models import Person
from tests.web.cases.arriving import a_person, a_report, arrive, by, home, open_all, receive, urgent
from tests.web.conftest import NOON

pytestmark = pytest.mark.usefixtures("rows")
HOUR = timedelta(hours=1)


def fact(code: str, state: str = "established", **more: Any) -> Mapping[str, object]:
    """What a person states."""
    return {"code": code, "state": state, "evidence": ["pièce 1"], **more}


def fresh(row: Report) -> Report:
    """The row as it is now."""
    return Report.objects.get(pk=row.pk)


def a_dossier(person: Person, *rows: Report) -> Dossier:
    """A dossier with these reports."""
    return open_dossier(title="Essai", purpose="", by=by(person), reports=rows)


# -- what moves nothing -------------------------------------------------------------------------------------


def test_ranking_again_without_news_changes_nothing_and_tells_nothing(site: Site) -> None:
    """The same facts give the same place, and no event."""
    (row,) = arrive(site, urgent())
    before = {name: getattr(row, name) for name in ranking._COLUMNS}

    moved = rank_report(row, now=NOON + HOUR)

    assert not moved.is_changed
    assert {name: getattr(fresh(row), name) for name in ranking._COLUMNS} == before
    assert [told.action for told in history(of_report(row))] == ["opened"]


def test_words_that_no_verb_wrote_order_nothing(site: Site) -> None:
    """An event with a state that nobody may state is passed over."""
    (row,) = arrive(site, a_report())
    for payload in ({"code": "G1", "state": "certain"}, {"state": "established"}, {"code": 7, "state": "established"}):
        record(Act(action="fact_stated", actor="p-x", at=NOON, payload=payload), subject=of_report(row))

    assert rank_report(row, now=NOON).level == 4


def test_a_machine_lowers_nothing_that_was_declared(site: Site) -> None:
    """A person's doubt about the gate stays beside the declared urgency: the level does not fall under its floor."""
    (row,) = arrive(site, urgent())

    state_fact_on_report(row, by=by(a_person()), words_told=fact("G1", "contradicted"))

    assert fresh(row).level <= 1


# -- what people state ----------------------------------------------------------------------------------------


def test_a_stated_fact_moves_the_report_with_its_reason(site: Site) -> None:
    """Level, order, reasons and deadline follow, in the same transaction, and the history says from where to where."""
    (row,) = arrive(site, a_report(category=Category.SECRECY_ASKED))
    other = arrive(site, a_report(), start=2)[0]
    before = row.order

    state_fact_on_report(row, by=by(a_person(), minutes=30), words_told=fact("G1"))

    after = fresh(row)
    told = history(of_report(row))[-1]
    assert (after.level, "G1" in after.reasons.split()) == (0, True)
    assert after.order < before
    assert after.due_at == NOON + timedelta(minutes=90)
    assert (told.action, told.actor, told.payload["to"]) == ("rank_moved", WORKER, 0)
    assert "G1" in str(told.payload["gained"])
    assert fresh(other).level == other.level


def test_what_a_person_established_goes_before_what_was_reported(site: Site) -> None:
    """Reported gives half the points; established all; contradicted none, though the report came later."""
    (row,) = arrive(site, a_report(category=Category.SECRECY_ASKED, urgency=Urgency.GOING_ON), at=NOON + HOUR)
    reported = row.points_min
    person = a_person()

    state_fact_on_report(row, by=by(person), words_told=fact("grooming_of_minor"))
    established = fresh(row).points_min
    state_fact_on_report(row, by=by(person, minutes=1), words_told=fact("grooming_of_minor", "contradicted"))
    contradicted = fresh(row).points_min

    assert contradicted < reported < established


def test_the_explanation_says_who_stated_what(site: Site) -> None:
    """The page shows the fact with its author, its evidence and its reason; without writing anything."""
    (row,) = arrive(site, a_report())
    state_fact_on_report(row, by=by(a_person(), "Lu page 3."), words_told=fact("grooming_of_minor"))

    explained = explain_report(fresh(row), now=NOON)

    (shown,) = [one for one in explained.assessment.factors if one.code == "grooming_of_minor"]
    assert (shown.by, shown.note, shown.evidence) == ("p-alice", "Lu page 3.", ("pièce 1",))
    assert explained.is_whole


def test_a_report_that_cannot_be_read_ranks_by_what_stays_in_clear(site: Site) -> None:
    """And by what people state; the explanation says that the words were not read."""
    home()
    pk = receive(1, urgent(), identity=new_identity())
    open_all(site)

    explained = explain_report(Report.objects.get(pk=pk), now=NOON)

    assert (explained.place.level, explained.is_whole) == (0, False)


# -- dossiers --------------------------------------------------------------------------------------------------


def test_a_dossier_is_as_urgent_as_its_most_urgent_report(site: Site) -> None:
    """And says by which report."""
    calm, pressing = arrive(site, a_report(), urgent())

    dossier = a_dossier(a_person(), calm, pressing)

    dossier.refresh_from_db()
    assert (dossier.level, "G1" in dossier.reasons.split()) == (0, True)
    assert explain_dossier(dossier, now=NOON).report == pressing.number


def test_an_empty_dossier_is_not_ranked() -> None:
    """Nobody has stated anything."""
    dossier = a_dossier(a_person())

    assert (rank_dossier(dossier, now=NOON).level, dossier.level) == (4, 4)


def test_a_fact_on_a_person_of_the_dossier_moves_it_and_its_reports(site: Site) -> None:
    """The rank of the dossier moves with its reason, and so do the open reports in it."""
    (row,) = arrive(site, a_report())
    person = a_person()
    dossier = a_dossier(person, row)
    somebody = add_person(dossier, label="compte 1", role="person_of_interest", by=by(person))

    state_fact(dossier, by=by(person, minutes=1), words_told=fact("G1", subject=str(somebody)))

    dossier.refresh_from_db()
    assert (dossier.level, fresh(row).level) == (0, 0)
    assert explain_dossier(dossier, now=NOON).subject == str(somebody)


def test_facts_on_two_people_never_add_up(site: Site) -> None:
    """Each is placed by what is stated of them; the dossier has the place of the higher one."""
    person = a_person()
    dossier = a_dossier(person)
    for place, code in enumerate(("grooming_of_minor", "lives_with_child")):
        somebody = add_person(dossier, label=f"compte {place}", role="person_of_interest", by=by(person))
        state_fact(dossier, by=by(person, minutes=place), words_told=fact(code, subject=str(somebody)))
    dossier.refresh_from_db()
    apart = dossier.points_min

    state_fact(dossier, by=by(person, minutes=9), words_told=fact("grooming_of_minor"))

    dossier.refresh_from_db()
    assert dossier.points_min > apart


def test_a_fact_that_is_taken_back_no_longer_counts(site: Site) -> None:
    """The rank goes back to what it was, and the history keeps all of it."""
    (row,) = arrive(site, a_report())
    person = a_person()
    dossier = a_dossier(person, row)
    entry = state_fact(dossier, by=by(person), words_told=fact("G1"))

    take_back(dossier, entry, by=by(person, minutes=1))

    dossier.refresh_from_db()
    assert (dossier.level, fresh(row).level) == (4, 4)


def test_a_report_put_into_a_dossier_raises_it(site: Site) -> None:
    """At once."""
    (row,) = arrive(site, urgent())
    person = a_person()
    dossier = a_dossier(person)

    attach_report(dossier, row, by=by(person))

    dossier.refresh_from_db()
    assert dossier.level == 0


# -- time ------------------------------------------------------------------------------------------------------


def test_a_gate_lapses_when_its_window_ends_and_not_before(site: Site) -> None:
    """A meeting that a person dated: P0 from 72 hours before to 24 hours after; the duty of the worker moves it."""
    (row,) = arrive(site, a_report())
    meeting_at = NOON + 100 * HOUR
    state_fact_on_report(row, by=by(a_person()), words_told=fact("G2", event_at=meeting_at))
    begins, ends = meeting_at - 72 * HOUR, meeting_at + 24 * HOUR
    assert (fresh(row).level == 0, fresh(row).rank_again_at) == (False, begins)

    levels = {}
    for instant in (begins - HOUR, begins, ends, ends + HOUR):
        PLAN.run(site, instant)
        levels[instant] = fresh(row).level

    assert [level == 0 for level in levels.values()] == [False, True, True, False]
    assert fresh(row).rank_again_at is None
    moves = [told.action for told in history(of_report(row)) if told.action == "rank_moved"]
    assert len(moves) >= 2


def test_a_dossier_lapses_too() -> None:
    """Its own gates have windows as well."""
    person = a_person()
    dossier = a_dossier(person)
    state_fact(dossier, by=by(person), words_told=fact("G2", event_at=NOON + HOUR))
    dossier.refresh_from_db()
    assert (dossier.level, dossier.rank_again_at is not None) == (0, True)

    assert rank_lapsed(now=NOON + 26 * HOUR) == 1

    dossier.refresh_from_db()
    assert (dossier.level != 0, dossier.rank_again_at) == (True, None)


def test_nothing_is_due_while_nothing_lapses(site: Site) -> None:
    """What the reporter said has no window: a danger does not lapse because nobody read of it."""
    arrive(site, urgent(), a_report(category=Category.BLACKMAIL_MONEY, urgency=Urgency.GOING_ON))

    assert rank_lapsed(now=NOON + timedelta(days=400)) == 0
    assert Report.objects.filter(level__lte=1).count() == 2


@pytest.mark.parametrize(
    ("code", "state", "event_at"),
    [
        ("G1", "established", NOON),
        ("G2", "established", None),
        ("G2", "contradicted", NOON),
        ("volume", "reported", NOON),
    ],
)
def test_what_has_no_window_never_changes_by_itself(code: str, state: Any, event_at: datetime | None) -> None:
    """No window, no instant, no gate, or a gate that does not hold."""
    told = Fact(table="gate", entry=1, subject="", code=code, by="p", at=NOON, state=state, event_at=event_at)

    assert next_change_at([told], now=NOON) is None
