"""Gates: which hold, which level they give, in which window, and the sentences that say why."""

import pytest

from rempart.priority.ranked import GateRow, Reading
from rempart.priority.vocabulary import State
from tests.priority.case import fact, ranked_one, suggestion


def gate(code: str, state: State = "established", *, event_hours: float | None = None) -> GateRow:
    """The gate as it is shown, on one fact."""
    (row,) = ranked_one(fact(code, state, event_hours=event_hours)).gates
    return row


@pytest.mark.parametrize("code", ["G1", "G2", "G3", "G4"])
def test_an_established_gate_gives_p0_whatever_the_points(code: str) -> None:
    """A gate is never outweighed by a sum."""
    ranked = ranked_one(fact(code), fact("lives_with_child", "contradicted"))

    assert ranked.level == "P0"
    assert ranked.gates[0].holds


def test_new_production_gives_p1() -> None:
    """G5 is very high, not immediate."""
    assert ranked_one(fact("G5")).level == "P1"


def test_a_reported_gate_counts_and_is_to_be_confirmed() -> None:
    """It gives its level, and says within how many hours a person confirms it."""
    row = gate("G1", "reported")

    assert (row.level, row.holds, row.state) == ("P0", True, "reported")
    assert row.why[0].en == "Reported, to be confirmed by a person within 1 h."
    assert row.why[0].fr == "Rapporté, à confirmer par une personne sous 1 h."


def test_reported_extortion_is_p1_until_it_is_established() -> None:
    """The reference gives P0/P1; a person's confirmation makes the difference."""
    assert gate("G4", "reported", event_hours=-1).level == "P1"
    assert gate("G4", "established", event_hours=-1).level == "P0"


@pytest.mark.parametrize("state", ["contradicted", "unknown"])
def test_a_contradicted_or_unknown_gate_does_not_hold(state: State) -> None:
    """Neither gives a level, and the sentence says so."""
    row = gate("G1", state)

    assert (row.level, row.holds) == (None, False)
    assert "does not hold" in row.why[0].en


@pytest.mark.parametrize("hours", [0, 1, 72, -24])
def test_a_meeting_within_its_window_holds(hours: float) -> None:
    """72 hours ahead, and the 24 hours in which it may be under way or just over."""
    row = gate("G2", event_hours=hours)

    assert row.holds
    assert row.why[-1].en == "The event is within the time limit."


@pytest.mark.parametrize(
    ("code", "hours", "words"),
    [
        ("G2", 72.01, "more than 72 h after"),
        ("G2", -24.01, "more than 24 h before"),
        ("G4", -24.01, "more than 24 h before"),
        ("G4", 0.01, "more than 0 h after"),
    ],
)
def test_a_gate_outside_its_window_does_not_hold_and_says_why(code: str, hours: float, words: str) -> None:
    """The state stays shown, the level does not follow."""
    row = gate(code, event_hours=hours)

    assert (row.state, row.holds, row.level) == ("established", False, None)
    assert words in row.why[-1].en
    assert str(words.split()[2]) in row.why[-1].fr


def test_a_gate_whose_event_was_not_dated_holds_and_says_so() -> None:
    """A danger does not lapse for want of a date."""
    row = gate("G4")

    assert row.holds
    assert "could not be checked" in row.why[-1].en


def test_a_gate_without_a_window_says_nothing_of_time() -> None:
    """No sentence is shown that means nothing."""
    assert len(gate("G1").why) == 1


def test_a_contradicted_gate_says_nothing_of_time() -> None:
    """What does not hold anyway is not also late."""
    assert len(gate("G2", "contradicted", event_hours=500).why) == 1


def test_a_suggested_gate_does_not_hold() -> None:
    """The machine gives no gate; it is shown, marked, and to be confirmed."""
    ranked = ranked_one(reading=Reading(level="immediate", alerts=1, suggestions=(suggestion("G2"),)))

    (row,) = ranked.gates

    assert (row.state, row.holds, row.suggested, row.by, row.at) == ("unknown", False, True, None, None)
    assert "within 4 h" in row.why[0].en
    assert ranked.level == "unranked"


def test_a_gate_without_fact_or_suggestion_is_unknown_and_not_shown_as_a_gate() -> None:
    """It stands in the list of what nobody stated."""
    ranked = ranked_one(fact("G1"))

    assert [row.code for row in ranked.gates] == ["G1"]
    assert ranked.unknown[:4] == ("G2", "G3", "G4", "G5")


def test_help_comes_first_where_a_child_speaks_of_suicide() -> None:
    """The gate carries the help path, the others none."""
    assert gate("G3").first is not None
    assert gate("G1").first is None


def test_a_superseded_gate_stays_shown_as_earlier() -> None:
    """Who said what before is not lost."""
    (row,) = ranked_one(fact("G1"), fact("G1", "contradicted", by="Bob Durand", hours=1)).gates

    assert (row.holds, row.by) == (False, "Bob Durand")
    assert [(item.state, item.by) for item in row.earlier] == [("established", "Alice Martin")]
