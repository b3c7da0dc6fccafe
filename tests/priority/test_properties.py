"""What holds of every ranking, whatever the facts: order, bounds, invariance, stability."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.priority.facts import Fact
from rempart.priority.ranked import Ranked, Reading, Subject
from rempart.priority.vocabulary import FACTOR_CODES, GATE_CODES, LEVELS, STATES
from tests.priority.case import AS_OF, fact, ranked_one, ranking, suggestion

IDS = ("s", "t", "u", "v")
LATER = 1000.0  # hours: after every fact that the strategies draw
CODES = (*GATE_CODES, *FACTOR_CODES)
COUNTS = st.integers(min_value=1, max_value=10**7)


@st.composite
def some_fact(draw: st.DrawFn, subjects: tuple[str, ...] = IDS) -> Fact:
    """Any fact that a file could state, a gate half of the time."""
    code = draw(st.sampled_from(GATE_CODES) | st.sampled_from(FACTOR_CODES))
    state = draw(st.sampled_from(STATES))
    counted = code == "volume" and state in ("established", "reported")
    return fact(
        code,
        state,
        subject=draw(st.sampled_from(subjects)),
        by=draw(st.sampled_from(("Alice Martin", "Bob Durand"))),
        hours=draw(st.integers(min_value=0, max_value=50)),
        event_hours=draw(st.none() | st.integers(min_value=-100, max_value=100)) if code in GATE_CODES else None,
        at_least=draw(COUNTS) if counted else None,
    )


@st.composite
def some_reading(draw: st.DrawFn) -> Reading:
    """Any output of machine reading."""
    return Reading(
        level=draw(st.sampled_from((None, "to_read", "immediate"))),
        alerts=draw(st.integers(min_value=0, max_value=5)),
        strong_tactics=draw(st.integers(min_value=0, max_value=17)),
        last_at=draw(st.none() | st.just(AS_OF)),
        suggestions=tuple(suggestion(code) for code in draw(st.lists(st.sampled_from(CODES), max_size=3))),
    )


EXAMPLES = settings(max_examples=60, deadline=None)  # a loaded machine is not a failure
FACTS = st.lists(some_fact(), max_size=14)
READINGS = st.lists(some_reading(), min_size=len(IDS), max_size=len(IDS))


def ranked_all(facts: list[Fact], readings: list[Reading]) -> dict[str, Ranked]:
    """The four subjects, ranked, by id."""
    subjects = [Subject(id=name, reading=reading) for name, reading in zip(IDS, readings, strict=True)]
    return {item.subject: item for item in ranking(facts, *subjects)}


def urgency(item: Ranked) -> int:
    """0 for P0 to 3 for P3; what is unranked stands with P3."""
    return 3 if item.level == "unranked" else LEVELS.index(item.level)


@EXAMPLES
@given(FACTS, READINGS, st.sampled_from(CODES), st.none() | st.integers(min_value=0, max_value=0), COUNTS)
def test_an_aggravating_fact_never_lowers_anything(
    facts: list[Fact], readings: list[Reading], code: str, event: int | None, count: int
) -> None:
    """Establishing one more gate or factor lowers no end, no level, no place and no order."""
    before = ranked_all(facts, readings)["s"]
    told = [item.at_least or 0 for item in facts if item.code == code]
    at_least = max([count, *told]) if code == "volume" else None  # a count so far only grows
    event_hours = event if code in GATE_CODES else None

    after = ranked_all([*facts, fact(code, hours=LATER, event_hours=event_hours, at_least=at_least)], readings)["s"]

    assert after.points.min >= before.points.min
    assert after.points.max >= before.points.max
    assert urgency(after) <= urgency(before)
    assert after.level_range.under_max <= before.level_range.under_max
    assert after.rank_min <= before.rank_min
    assert after.rank_max <= before.rank_max
    assert after.reading_order <= before.reading_order


@EXAMPLES
@given(FACTS, READINGS)
def test_min_is_never_above_max_and_caps_hold(facts: list[Fact], readings: list[Reading]) -> None:
    """Every interval is one, inside its block, and the blocks add up to the points."""
    for item in ranked_all(facts, readings).values():
        assert 0 <= item.points.min <= item.points.max <= 100
        assert all(0 <= row.min <= row.max <= row.cap for row in item.blocks)
        assert sum(row.min for row in item.blocks) == item.points.min
        assert sum(row.max for row in item.blocks) == item.points.max
        assert all(row.points_min <= row.points_max for row in item.factors)
        assert item.level_range.under_max <= item.level_range.under_min
        assert 1 <= item.rank_min <= item.rank_max <= len(IDS)


@EXAMPLES
@given(FACTS, READINGS, st.sampled_from(STATES), st.data())
def test_answering_the_unknown_stays_inside_the_interval(
    facts: list[Fact], readings: list[Reading], state: str, data: st.DataObject
) -> None:
    """Whatever is answered on a factor nobody stated, the new interval lies in the old one."""
    before = ranked_all(facts, readings)["s"]
    open_factors = [code for code in before.unknown if code in FACTOR_CODES]
    if not open_factors:
        return
    code = data.draw(st.sampled_from(open_factors))
    answer = replace(fact(code, hours=LATER), state=next(item for item in STATES if item == state))

    after = ranked_all([*facts, answer], readings)["s"]

    assert before.points.min <= after.points.min <= after.points.max <= before.points.max


@EXAMPLES
@given(FACTS, READINGS)
def test_machine_reading_never_changes_points_levels_gates_or_places(
    facts: list[Fact], readings: list[Reading]
) -> None:
    """With every alert and suggestion taken away, what people stated stands the same."""
    loud, silent = ranked_all(facts, readings), ranked_all(facts, [Reading()] * len(IDS))

    for name in IDS:
        assert loud[name].level == silent[name].level
        assert loud[name].level_range == silent[name].level_range
        assert loud[name].points == silent[name].points
        assert loud[name].blocks == silent[name].blocks
        assert loud[name].unknown == silent[name].unknown
        assert (loud[name].rank_min, loud[name].rank_max) == (silent[name].rank_min, silent[name].rank_max)
        held = [[row.code for row in ranked[name].gates if row.holds] for ranked in (loud, silent)]
        assert held[0] == held[1]


@EXAMPLES
@given(FACTS, READINGS, st.permutations(IDS))
def test_names_and_ids_change_nothing_but_ties(facts: list[Fact], readings: list[Reading], ids: list[str]) -> None:
    """Who somebody is called does not matter; only equals may change their order."""
    swap = dict(zip(IDS, ids, strict=True))
    before = ranked_all(facts, readings)

    moved = [replace(item, subject=swap[item.subject]) for item in facts]
    subjects = [
        Subject(id=swap[name], name=f"Name {number}", reading=reading)
        for number, (name, reading) in enumerate(zip(IDS, readings, strict=True))
    ]
    after = {item.subject: item for item in ranking(moved, *subjects)}

    for name in IDS:
        old, new = before[name], after[swap[name]]
        assert (new.level, new.level_range, new.points, new.blocks) == (
            old.level,
            old.level_range,
            old.points,
            old.blocks,
        )
        assert (new.rank_min, new.rank_max, new.unknown) == (old.rank_min, old.rank_max, old.unknown)
        assert new.next_enquiry == old.next_enquiry
    order_before = [_merit(item) for item in sorted(before.values(), key=lambda item: item.reading_order)]
    order_after = [_merit(item) for item in sorted(after.values(), key=lambda item: item.reading_order)]
    assert order_before == order_after


def _merit(item: Ranked) -> tuple[object, ...]:
    """Everything by which the order of reading may be decided, but the id."""
    reading = item.reading
    return item.level_range, item.points, reading.level, reading.strong_tactics, reading.last_at


@EXAMPLES
@given(FACTS, READINGS, st.permutations(IDS))
def test_the_order_of_the_input_does_not_matter(facts: list[Fact], readings: list[Reading], ids: list[str]) -> None:
    """Same subjects and facts in any order, same ranking, twice over."""
    by_name = dict(zip(IDS, readings, strict=True))
    one_each = list({(item.subject, item.code, item.at): item for item in facts}.values())

    first = ranking(one_each, *(Subject(id=name, reading=by_name[name]) for name in IDS))
    second = ranking(one_each[::-1], *(Subject(id=name, reading=by_name[name]) for name in ids))

    assert first == second


@EXAMPLES
@given(FACTS, READINGS)
def test_the_order_of_reading_counts_from_one_and_levels_rise(facts: list[Fact], readings: list[Reading]) -> None:
    """No number twice, none missing, and no level before a more urgent one."""
    ranked = sorted(ranked_all(facts, readings).values(), key=lambda item: item.reading_order)

    assert [item.reading_order for item in ranked] == [1, 2, 3, 4]
    assert [urgency(item) for item in ranked] == sorted(urgency(item) for item in ranked)


@settings(max_examples=25, deadline=None)  # some fifty rankings an example
@given(st.lists(some_fact(("s",)), max_size=14), some_reading())
def test_no_open_question_would_change_the_level_more_than_the_next_enquiry(
    facts: list[Fact], reading: Reading
) -> None:
    """Asked by brute force: each unknown gate and factor answered both ways, through the whole ranking."""
    before = ranked_one(*facts, reading=reading)

    spans = [(0, 0.0)]
    for code in before.unknown:
        full = fact(code, hours=LATER, at_least=100_000 if code == "volume" else None)
        yes = ranked_one(*facts, full, reading=reading)
        no = ranked_one(*facts, fact(code, "contradicted", hours=LATER), reading=reading)
        spans.append((urgency(no) - urgency(yes), yes.points.min - no.points.min))

    best = before.next_enquiry
    if best is None:
        assert max(spans) == (0, 0)
        return
    levels = LEVELS.index(best.level_if_contradicted) - LEVELS.index(best.level_if_established)
    assert (levels, best.points_if_established - best.points_if_contradicted) >= max(spans)
