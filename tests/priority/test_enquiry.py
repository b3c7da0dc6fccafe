"""The next enquiry: the open question that would most change the level, then the points."""

from rempart.priority.ranked import NextEnquiry, Ranked, Reading
from rempart.priority.vocabulary import FACTOR_CODES, GATE_CODES
from tests.priority.case import fact, ranked_one, suggestion

NO_GATE = [fact(code, "contradicted") for code in GATE_CODES]


def ask(ranked: Ranked) -> NextEnquiry:
    """The next enquiry, which must be there."""
    assert ranked.next_enquiry is not None
    return ranked.next_enquiry


def test_asks_for_a_child_in_danger_first_when_nothing_is_known() -> None:
    """Among gates that change as much, the order of the table decides."""
    enquiry = ask(ranked_one())

    assert (enquiry.code, enquiry.kind, enquiry.state) == ("G1", "gate", "unknown")
    assert (enquiry.level_if_established, enquiry.level_if_contradicted) == ("P0", "P3")
    assert enquiry.question.fr.endswith(" ?")


def test_asks_first_what_reading_suggests_among_equals() -> None:
    """A suggestion decides only between questions that would change as much."""
    reading = Reading(level="immediate", alerts=1, suggestions=(suggestion("G2"),))

    assert ask(ranked_one(reading=reading)).code == "G2"


def test_a_suggested_factor_does_not_go_before_a_gate_that_changes_more() -> None:
    """The suggestion of the machine does not outweigh the level."""
    reading = Reading(level="to_read", alerts=1, suggestions=(suggestion("grooming_of_minor"),))

    assert ask(ranked_one(reading=reading)).code == "G1"


def test_asks_to_confirm_a_reported_gate_on_which_the_level_stands() -> None:
    """With G2 reported, the answer on G2 alone still changes the level."""
    enquiry = ask(ranked_one(fact("G2", "reported")))

    assert (enquiry.code, enquiry.state) == ("G2", "reported")
    assert (enquiry.level_if_established, enquiry.level_if_contradicted) == ("P0", "P3")


def test_asks_again_for_a_gate_whose_window_is_over() -> None:
    """An extortion of the day before yesterday may go on."""
    others = [fact(code, "contradicted") for code in GATE_CODES if code != "G4"]

    enquiry = ask(ranked_one(*others, fact("G4", event_hours=-48)))

    assert (enquiry.code, enquiry.level_if_established) == ("G4", "P0")


def test_asks_for_the_factor_that_reaches_the_next_level_once_gates_are_answered() -> None:
    """25 points established, P1 from 50: only 25 or more reach it, and the most points go first."""
    enquiry = ask(ranked_one(*NO_GATE, fact("grooming_of_minor")))

    assert (enquiry.code, enquiry.kind) == ("lives_with_child", "factor")
    assert (enquiry.level_if_established, enquiry.level_if_contradicted) == ("P1", "P2")
    assert (enquiry.points_if_established, enquiry.points_if_contradicted) == (55, 25)


def test_asks_for_points_when_no_answer_changes_the_level() -> None:
    """At P0 for good, the next question is the one that moves the points most."""
    enquiry = ask(ranked_one(fact("G1")))

    assert enquiry.code == "lives_with_child"
    assert enquiry.level_if_established == enquiry.level_if_contradicted == "P0"
    assert enquiry.points_if_established == 30


def test_does_not_ask_for_what_a_cap_has_filled() -> None:
    """Access is full: its other factors would change nothing."""
    enquiry = ask(ranked_one(fact("G1"), fact("lives_with_child")))

    assert enquiry.code == "produces_or_directs"


def test_asks_nothing_when_everything_is_answered() -> None:
    """None is not a failure: no answer would change anything."""
    facts = [*NO_GATE, *(fact(code, "contradicted") for code in FACTOR_CODES)]

    ranked = ranked_one(*facts)

    assert ranked.next_enquiry is None
    assert ranked.unknown == ()
    assert ranked.level == "P3"


def test_asks_how_much_when_only_the_volume_is_open() -> None:
    """A count not yet told is taken at the most it could give."""
    facts = [*NO_GATE, *(fact(code, "contradicted") for code in FACTOR_CODES if code != "volume")]

    enquiry = ask(ranked_one(*facts))

    assert (enquiry.code, enquiry.points_if_established) == ("volume", 5)
