"""Nobody looks longer than their day allows, unless a colleague says so."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from rempart.web.cases import care
from rempart.web.cases.events import history, of_person, of_report
from rempart.web.cases.models import Assessed, Report
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


def messages(row: Report, lengths: Sequence[int], *, why: str = "") -> care.Shown:
    """What a demand for messages of these lengths shows."""
    subject, seconds = of_report(row), care.seconds_of(lengths)
    return care.Shown(what="messages", subject=subject, seconds=seconds, items=len(lengths), why=why)


def test_messages_shown_together_are_as_many_items_and_one_event() -> None:
    """The event bears no reason where nothing was assessed before."""
    people = cast()
    row = report(people.bob.person.organisation)

    told = care.count_shown(messages(row, [40] * 7), by=by(people.bob))

    assert (told.items, told.seconds) == (7, 7 * care.policy().message_s)
    assert [event.payload for event in history(of_report(row))] == [{"what": "messages"}]


def test_the_reason_of_a_second_look_is_in_its_event() -> None:
    """Cut where somebody writes a book."""
    people = cast()
    row = report(people.bob.person.organisation)

    care.count_shown(messages(row, [40], why=" the judge asks "), by=by(people.bob))
    care.count_shown(messages(row, [40], why="x" * 9_000), by=by(people.bob))

    first, second = (event.payload["reason"] for event in history(of_report(row)))
    assert (first, second) == ("the judge asks", "x" * care.MAX_WHY_CHARS)


def test_messages_count_by_their_length_and_a_page_no_more_than_an_item() -> None:
    """None costs nothing, a word the least, a long letter its length; a page is skimmed, and the beats tell the rest."""
    policy = care.policy()

    assert care.seconds_of([]) == 0
    assert care.seconds_of([1]) == care.seconds_of([0]) == policy.message_s
    assert care.seconds_of([600]) == 600 // policy.message_signs_per_s
    assert care.seconds_of([600, 1]) == 600 // policy.message_signs_per_s + policy.message_s
    assert care.seconds_of([40] * 100) == care.seconds_of([99_999]) == policy.nominal_s


def test_who_asks_for_one_message_after_the_other_is_counted_by_the_clock() -> None:
    """Neither a minute for each click, nor nothing for the time between two of them."""
    people = cast()
    row = report(people.bob.person.organisation)

    for second in range(0, 300, 15):
        told = care.count_shown(messages(row, [30]), by=by(people.bob, at=NOON + timedelta(seconds=second)))

    assert told.items == 20
    assert 285 <= told.seconds <= 285 + 20 * care.policy().message_s


def test_who_comes_back_after_a_while_was_elsewhere() -> None:
    """The time between two demands that no page told is not reading."""
    people = cast()
    row = report(people.bob.person.organisation)
    care.count_shown(messages(row, [30]), by=by(people.bob))

    told = care.count_shown(messages(row, [30]), by=by(people.bob, at=NOON + timedelta(minutes=5)))

    assert told.seconds == 2 * care.policy().message_s


def test_a_page_of_messages_is_no_break_and_three_hundred_read_fast_are() -> None:
    """The number counts where the minutes do not show it."""
    people = cast()
    row = report(people.bob.person.organisation)
    told = [care.count_shown(messages(row, [20] * 100), by=by(people.bob)).is_break_due for _ in range(3)]

    assert told == [False, False, True]


def test_a_break_is_proposed_after_long_reading_and_no_longer_after_a_rest() -> None:
    """Ten minutes without looking begin the count anew."""
    people = cast()
    row = report(people.bob.person.organisation)
    for _ in range(care.policy().break_after_s // care.policy().nominal_s):
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


def test_many_messages_are_assessed_at_once_and_known_by_no_column() -> None:
    """Marked again, they have their last assessor; the table holds no text, no hash and no number."""
    people = cast()
    keys = [f"{'ab' * 32} {row}" for row in range(700)]
    care.mark_all_assessed("message", keys, by=by(people.bob))
    care.mark_all_assessed("message", [keys[0], keys[0]], by=by(people.alice))
    asked = by(people.dora, "")

    assert care.assessed_among("message", keys, by=asked) == frozenset(keys)
    assert care.assessed_among("message", ["cd 1"], by=asked) == frozenset()
    assert care.assessed_among("file", keys[:1], by=asked) == frozenset()
    assert Assessed.objects.filter(by=people.alice.person).count() == 1
    assert all(len(bytes(row.mac)) == 16 for row in Assessed.objects.all())


def test_who_has_just_assessed_something_is_not_asked_why_for_a_while() -> None:
    """One alert is judged on several points; later, they are spared it like everybody."""
    people = cast()
    care.mark_all_assessed("message", ["ab 1"], by=by(people.bob))
    later = NOON + timedelta(seconds=care.policy().own_again_s + 1)

    assert care.assessed_among("message", ["ab 1"], by=by(people.bob)) == frozenset()
    assert care.assessed_among("message", ["ab 1"], by=by(people.alice)) == {"ab 1"}
    assert care.assessed_among("message", ["ab 1"], by=by(people.bob, at=later)) == {"ab 1"}
