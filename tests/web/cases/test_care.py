"""Nobody looks longer than their day allows, unless a colleague says so."""

from datetime import timedelta

import pytest

from rempart.web.cases import care
from rempart.web.cases.events import history, of_person, of_report
from rempart.web.people.access import NotForYou
from rempart.web.people.roles import Role
from tests.web.conftest import NOON
from tests.web.team import by, cast, report

pytestmark = pytest.mark.usefixtures("rows")


def test_an_item_counts_and_says_which_kind_was_shown_to_whom() -> None:
    """The journal tells that a narrative was shown, not what it says."""
    people = cast()
    row = report(people.bob.person.organisation)

    told = care.count_item(by(people.bob), what="narrative", subject=of_report(row))

    assert (told.items, told.seconds) == (1, care.policy().nominal_s)
    (event,) = history(of_report(row))
    assert (event.action, event.payload) == ("shown", {"what": "narrative"})


def test_time_told_by_the_page_is_not_counted_twice() -> None:
    """An item counts a minute in advance; what is looked at longer is added."""
    people = cast()
    row = report(people.bob.person.organisation)
    care.count_item(by(people.bob), what="narrative", subject=of_report(row))

    for second in range(20, 121, 20):
        care.beat(people.bob.person, now=NOON + timedelta(seconds=second))

    assert care.today(people.bob.person, now=NOON).seconds == 120


def test_a_forgotten_window_costs_nobody_a_day() -> None:
    """A long silence counts as one short look."""
    people = cast()
    row = report(people.bob.person.organisation)
    care.count_item(by(people.bob), what="narrative", subject=of_report(row))

    care.beat(people.bob.person, now=NOON + timedelta(hours=3))
    care.beat(people.bob.person, now=NOON + timedelta(hours=6))

    assert care.today(people.bob.person, now=NOON).seconds <= care.policy().nominal_s + 40


def test_at_the_limit_nothing_more_is_shown_and_nothing_is_written() -> None:
    """The limit is in the verb, not in the page."""
    people = cast()
    row = report(people.bob.person.organisation)
    people.bob.person.daily_limit_s = 120
    people.bob.person.save()
    for _ in range(2):
        care.count_item(by(people.bob), what="narrative", subject=of_report(row))

    with pytest.raises(care.LimitReached):
        care.count_item(by(people.bob), what="narrative", subject=of_report(row))

    assert len(history(of_report(row))) == 2


def test_the_next_day_begins_anew() -> None:
    """A limit is of one day."""
    people = cast()
    row = report(people.bob.person.organisation)
    people.bob.person.daily_limit_s = 60
    people.bob.person.save()
    care.count_item(by(people.bob), what="narrative", subject=of_report(row))

    tomorrow = by(people.bob, at=NOON + timedelta(days=1))

    assert care.count_item(tomorrow, what="narrative", subject=of_report(row)).items == 1


def test_nobody_lifts_their_own_limit() -> None:
    """Not even the head."""
    people = cast()
    head = people.by_role[Role.HEAD]

    with pytest.raises(care.OwnLimit):
        care.lift(head.person, minutes=30, by=by(head))


def test_only_who_may_lifts_a_limit_and_says_why() -> None:
    """An override is an act of a named person, in the journal."""
    people = cast()
    head = people.by_role[Role.HEAD]

    with pytest.raises(NotForYou):
        care.lift(people.bob.person, minutes=30, by=by(people.alice))
    told = care.lift(people.bob.person, minutes=30, by=by(head, "a child waits"))

    assert told.limit_s == people.bob.person.daily_limit_s + 30 * 60
    (event,) = history(of_person(people.bob.person))
    assert (event.actor, event.payload["reason"]) == (head.pseudonym, "a child waits")


@pytest.mark.parametrize("minutes", [0, -5, 121])
def test_a_limit_is_lifted_by_some_minutes_only(minutes: int) -> None:
    """Nobody gives a whole night."""
    people = cast()

    with pytest.raises(care.WrongMinutes):
        care.lift(people.bob.person, minutes=minutes, by=by(people.by_role[Role.HEAD]))


def test_a_break_is_proposed_after_many_items_and_no_longer_after_a_rest() -> None:
    """Ten minutes without looking begin the count anew."""
    people = cast()
    row = report(people.bob.person.organisation)
    for _ in range(care.policy().break_after_items):
        told = care.count_item(by(people.bob), what="narrative", subject=of_report(row))
    assert told.is_break_due

    rested = by(people.bob, at=NOON + timedelta(seconds=care.policy().break_s))

    assert not care.count_item(rested, what="narrative", subject=of_report(row)).is_break_due


def test_what_was_assessed_is_not_shown_again_without_a_reason() -> None:
    """One look is enough for everybody; the place of the file is kept blind."""
    people = cast()
    care.require_unseen("file", "ab" * 32, by=by(people.bob, ""))
    care.mark_assessed("file", "ab" * 32, by=by(people.bob))

    with pytest.raises(care.SeenBefore):
        care.require_unseen("file", "ab" * 32, by=by(people.alice, " "))
    care.require_unseen("file", "ab" * 32, by=by(people.alice, "the judge asks"))
    care.require_unseen("file", "cd" * 32, by=by(people.alice, ""))
