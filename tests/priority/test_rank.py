"""The ranking: levels, order of reading, places, and machine output that never adds."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from rempart.priority.facts import Facts
from rempart.priority.rank import BadSubjects, rank
from rempart.priority.ranked import Reading, Subject
from tests.priority.case import AS_OF, WEIGHTS, fact, ranked_one, ranking, suggestion

IMMEDIATE = Reading(level="immediate", alerts=1, strong_tactics=2, last_at=AS_OF - timedelta(hours=1))
TO_READ = Reading(level="to_read", alerts=1, strong_tactics=3, last_at=AS_OF - timedelta(hours=2))


def test_no_subject_gives_no_rank() -> None:
    """An empty ranking is empty, not an error."""
    assert rank((), facts=Facts(), weights=WEIGHTS, as_of=AS_OF) == ()


def test_a_subject_of_whom_nobody_stated_anything_is_unranked() -> None:
    """Unknown is not low."""
    ranked = ranked_one(reading=IMMEDIATE)

    assert ranked.level == "unranked"
    assert (ranked.level_range.under_min, ranked.level_range.under_max) == ("P3", "P1")
    assert ranked.confirmed_by == ()


def test_a_subject_of_whom_only_the_unknown_is_stated_is_unranked() -> None:
    """`I looked and cannot tell` does not make a subject low."""
    ranked = ranked_one(fact("lives_with_child", "unknown"))

    assert ranked.level == "unranked"
    assert [row.code for row in ranked.factors] == ["lives_with_child"]
    assert "lives_with_child" not in ranked.unknown


def test_the_level_stands_on_min_points() -> None:
    """What might be is shown in the range, and does not give the level."""
    ranked = ranked_one(fact("grooming_of_minor"))

    assert (ranked.level, ranked.level_range.under_max) == ("P2", "P1")


def test_two_strong_facts_of_different_blocks_give_p1() -> None:
    """The threshold that the table explains."""
    assert ranked_one(fact("lives_with_child"), fact("grooming_of_minor")).level == "P1"


def test_machine_output_gives_no_point_no_gate_and_no_level() -> None:
    """With facts or without, everything but the reading stays the same."""
    loud = Reading(
        level="immediate",
        alerts=99,
        strong_tactics=9,
        last_at=AS_OF,
        suggestions=(suggestion("G1"), suggestion("lives_with_child")),
    )

    for facts in ((), (fact("prior_reports"),)):
        quiet, noisy = ranked_one(*facts), ranked_one(*facts, reading=loud)

        assert (noisy.level, noisy.level_range, noisy.points) == (quiet.level, quiet.level_range, quiet.points)
        assert noisy.unknown == quiet.unknown
        assert not any(row.holds for row in noisy.gates)


def test_suggestions_are_to_be_confirmed_within_their_hours() -> None:
    """Each says what to ask, on which messages, and by when."""
    gate, factor = ranked_one(
        reading=Reading(suggestions=(suggestion("G4"), suggestion("grooming_of_minor")))
    ).suggestions

    assert (gate.kind, gate.confirm_within_hours, gate.refs, gate.state) == ("gate", 1, ("message 12",), "unknown")
    assert (factor.kind, factor.confirm_within_hours) == ("factor", 72)


def test_a_suggestion_that_a_person_answered_shows_the_answer() -> None:
    """It is no longer open, and is not hidden either."""
    reading = Reading(suggestions=(suggestion("grooming_of_minor"),))

    (shown,) = ranked_one(fact("grooming_of_minor", "contradicted"), reading=reading).suggestions

    assert shown.state == "contradicted"


def test_order_of_reading_puts_people_before_the_machine() -> None:
    """P0, P1 and P2 by facts come before every alert."""
    subjects = [Subject(id=name) for name in ("gate", "high", "middle")] + [Subject(id="alert", reading=IMMEDIATE)]
    facts = [
        fact("grooming_of_minor", subject="middle"),
        fact("G1", subject="gate"),
        fact("lives_with_child", subject="high"),
        fact("produces_or_directs", subject="high"),
    ]

    assert [item.subject for item in ranking(facts, *subjects)] == ["gate", "high", "middle", "alert"]


def test_points_order_subjects_of_one_level_before_alerts_do() -> None:
    """Within P2 what people established goes before what the machine read."""
    subjects = [Subject(id="less", reading=IMMEDIATE), Subject(id="more")]
    facts = [fact("grooming_of_minor", subject="less"), fact("produces_or_directs", subject="more")]

    assert [item.subject for item in ranking(facts, *subjects)] == ["more", "less"]


def test_alerts_order_what_is_unranked_or_ordinary() -> None:
    """An unranked subject with an immediate alert is read before a P3 without one."""
    subjects = [
        Subject(id="ordinary"),
        Subject(id="silent"),
        Subject(id="read", reading=TO_READ),
        Subject(id="now", reading=IMMEDIATE),
    ]

    order = [item.subject for item in ranking([fact("consumption_only", subject="ordinary")], *subjects)]

    assert order == ["now", "read", "ordinary", "silent"]


def test_equal_alerts_are_ordered_by_tactics_then_by_recency_then_by_id() -> None:
    """Each tie has its documented end."""

    def reading(strong: int, hours: float | None) -> Reading:
        last_at = None if hours is None else AS_OF - timedelta(hours=hours)
        return Reading(level="to_read", alerts=1, strong_tactics=strong, last_at=last_at)

    subjects = [
        Subject(id="undated", reading=reading(3, None)),
        Subject(id="b", reading=reading(3, 5)),
        Subject(id="a", reading=reading(3, 5)),
        Subject(id="recent", reading=reading(3, 1)),
        Subject(id="many", reading=reading(4, 50)),
    ]

    assert [item.subject for item in ranking((), *subjects)] == ["many", "recent", "a", "b", "undated"]
    assert [item.reading_order for item in ranking((), *subjects)] == [1, 2, 3, 4, 5]


def test_suggestions_never_come_before_an_alert_and_never_before_a_point() -> None:
    """What the machine suggests without an alert is read after every alert and after what people stated."""
    suggested = Reading(suggestions=(suggestion("G5"), suggestion("volume")))
    subjects = [Subject(id="a", reading=suggested), Subject(id="b", reading=TO_READ), Subject(id="c")]
    facts = [fact("lives_with_child", subject="c")]

    assert [item.subject for item in ranking(facts, *subjects)] == ["c", "b", "a"]


def test_without_alerts_suggested_gates_then_factors_order_the_reading() -> None:
    """Whom nothing speaks of is read last; nobody gets a point or a level by it."""
    subjects = [
        Subject(id="a"),
        Subject(id="b", reading=Reading(suggestions=(suggestion("volume"), suggestion("network_role")))),
        Subject(id="c", reading=Reading(suggestions=(suggestion("G5"),))),
        Subject(id="d", reading=Reading(suggestions=(suggestion("volume"),))),
    ]
    ranked = ranking((), *subjects)

    assert [item.subject for item in ranked] == ["c", "b", "d", "a"]
    assert {(item.level, item.points.min) for item in ranked} == {("unranked", 0)}


def test_places_span_from_own_max_against_min_to_the_reverse() -> None:
    """What is settled has one place; what is open has a range of places."""
    subjects = [Subject(id=name) for name in ("sure", "open", "low")]
    facts = [
        fact("G1", subject="sure"),
        *(fact(row.code, "contradicted", subject="low") for row in WEIGHTS.factors),
    ]

    places = {item.subject: (item.rank_min, item.rank_max) for item in ranking(facts, *subjects)}

    assert places == {"sure": (1, 1), "open": (2, 2), "low": (2, 3)}


def test_tells_who_confirmed_and_leaves_out_who_only_reported() -> None:
    """Established or contradicted is a confirmation; reported is not; superseded no longer is."""
    ranked = ranked_one(
        fact("grooming_of_minor", by="Bob Durand"),
        fact("lives_with_child", "contradicted", by="Alice Martin"),
        fact("prior_reports", "reported", by="Chloé Petit"),
        fact("network_role", by="Zoé"),
        fact("network_role", "unknown", by="Bob Durand", hours=1),
    )

    assert ranked.confirmed_by == ("Alice Martin", "Bob Durand")


def test_the_latest_fact_counts_and_the_earlier_is_shown() -> None:
    """Superseded, not overwritten."""
    (row,) = ranked_one(
        fact("grooming_of_minor", "contradicted", hours=2, by="Bob Durand"), fact("grooming_of_minor")
    ).factors

    assert (row.state, row.points_max, row.by) == ("contradicted", 0, "Bob Durand")
    assert [item.state for item in row.earlier] == ["established"]


def test_facts_on_other_subjects_change_nothing() -> None:
    """A fact that is not about a subject does not reach it."""
    assert ranked_one(fact("G1", subject="somebody else")) == ranked_one()


def test_every_row_shows_its_source_and_the_version_of_the_weights() -> None:
    """A reader can tell where each number comes from."""
    ranked = ranked_one(fact("G1"), fact("grooming_of_minor"))

    assert ranked.weights_version == WEIGHTS.version
    assert all(row.source for row in ranked.gates)
    assert all(row.source for row in ranked.factors)


def test_a_ranking_can_be_written_as_json() -> None:
    """The records hold nothing that an exporter does not know."""
    written = msgspec.json.decode(msgspec.json.encode(ranked_one(fact("G2", event_hours=3), fact("volume"))))

    assert written["points"] == {"min": 2.0, "max": 100.0}


def test_refuses_a_subject_given_twice() -> None:
    """Two rows of one id could not be told apart."""
    with pytest.raises(BadSubjects, match="same id"):
        ranking((), Subject(id="s"), Subject(id="s"))


def test_refuses_a_naive_instant() -> None:
    """Windows cannot be held against an instant without offset."""
    with pytest.raises(BadSubjects, match="no offset"):
        rank((), facts=Facts(), weights=WEIGHTS, as_of=datetime(2026, 11, 21))  # noqa: DTZ001
    with pytest.raises(BadSubjects, match="without offset"):
        ranking((), Subject(id="s", reading=Reading(last_at=datetime(2026, 11, 21))))  # noqa: DTZ001


def test_refuses_a_suggestion_outside_the_vocabulary() -> None:
    """The machine cannot suggest what people cannot state."""
    with pytest.raises(BadSubjects, match="vocabulary"):
        ranked_one(reading=Reading(suggestions=(suggestion("nationality"),)))


def test_takes_instants_of_any_offset() -> None:
    """The same instant told from another place gives the same order."""
    assert rank(
        (Subject(id="s", reading=IMMEDIATE),), facts=Facts(), weights=WEIGHTS, as_of=AS_OF.astimezone(UTC)
    ) == ranking((), Subject(id="s", reading=IMMEDIATE))
