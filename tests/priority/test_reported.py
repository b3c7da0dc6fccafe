"""What a reporter's answers state, and the place that they give a report; a declaration is never lowered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.intake.report import AgeBand, Answer, Category, Contact, Kind, Report, ReporterKind, Urgency
from rempart.priority import reported
from rempart.priority.answers import load_rules
from rempart.priority.assessment import assess
from rempart.priority.reported import (
    UNRANKED,
    NaiveInstant,
    assess_facts,
    assess_report,
    floors_of,
    place_of,
    place_report,
    reported_facts,
)
from tests.priority.case import WEIGHTS, fact

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
MINOR_BANDS = [None, AgeBand.UNKNOWN, AgeBand.UNDER_11, AgeBand.FROM_11_TO_14, AgeBand.FROM_15_TO_17]
REPORTS = st.builds(
    Report,
    kind=st.sampled_from(Kind),
    reporter=st.sampled_from(ReporterKind),
    language=st.sampled_from(["fr", "en", "ru"]),
    category=st.none() | st.sampled_from(Category),
    urgency=st.sampled_from(Urgency),
    age_band=st.none() | st.sampled_from(AgeBand),
    contact_going_on=st.none() | st.sampled_from(Answer),
    knows_person=st.none() | st.sampled_from(Answer),
    narrative=st.none() | st.text(max_size=20),
    received_by=st.none() | st.text(max_size=9),
)


def report(
    category: Category | None = None,
    urgency: Urgency = Urgency.NONE_STATED,
    *,
    kind: Kind = Kind.CONVERSATION,
    age: AgeBand | None = None,
    contact: Answer | None = None,
    knows: Answer | None = None,
) -> Report:
    """A report with these answers."""
    return Report(
        kind=kind,
        reporter=ReporterKind.PARENT,
        language="fr",
        category=category,
        urgency=urgency,
        age_band=age,
        contact_going_on=contact,
        knows_person=knows,
    )


def codes(told: Report) -> list[str]:
    """What its answers state."""
    return [item.code for item in reported_facts(told, at=AT)]


def test_a_report_without_answers_states_nothing_and_is_unranked() -> None:
    """Nobody has stated anything that counts: not P3, not zero."""
    place = place_report(report(), at=AT)

    assert codes(report()) == []
    assert (place.level, place.points_min, place.reasons) == (UNRANKED, 0.0, ())


@pytest.mark.parametrize(
    "category",
    [
        Category.THREAT,
        Category.BULLYING,
        Category.PUBLIC_CONTENT,
        Category.OTHER,
        Category.UNKNOWN,
        Category.IMAGES_SPREAD,
    ],
)
def test_a_category_that_names_no_act_of_the_table_states_nothing(category: Category) -> None:
    """What the person does not say is not said for them."""
    assert codes(report(category, Urgency.GOING_ON)) == []


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("urgency", Urgency)
def test_what_concerns_an_adult_states_nothing_on_a_child(category: Category, urgency: Urgency) -> None:
    """Only the declared urgency counts then."""
    told = report(category, urgency, age=AgeBand.ADULT, contact=Answer.YES, knows=Answer.YES, kind=Kind.SITUATION)

    assert codes(told) == []
    assert [floor.code for floor in floors_of(told)] == (
        [] if urgency is Urgency.NONE_STATED else [f"urgency_{urgency.name.lower()}"]
    )


@pytest.mark.parametrize(
    "told",
    [
        report(Category.OTHER, Urgency.NOW, contact=Answer.NO),
        report(Category.MEETING, Urgency.PAST),
        report(Category.MEETING, Urgency.GOING_ON),
        report(Category.BLACKMAIL_MONEY, Urgency.PAST, contact=Answer.NO),
        report(Category.BLACKMAIL_IMAGES, contact=Answer.UNKNOWN),
        report(Category.AT_HOME, Urgency.PAST, contact=Answer.YES),
        report(Category.AT_HOME, contact=Answer.NO),
        report(Category.STRANGER_CONTACT, Urgency.SOON, contact=Answer.YES),
    ],
)
def test_a_gate_needs_all_of_its_answers(told: Report) -> None:
    """What is over, or not told, opens no gate."""
    assert [code for code in codes(told) if code.startswith("G")] == []


@pytest.mark.parametrize(
    ("told", "gate"),
    [
        (report(Category.AT_HOME, Urgency.NOW), "G1"),
        (report(kind=Kind.SITUATION, urgency=Urgency.NOW), "G1"),
        (report(Category.OTHER, Urgency.NOW, contact=Answer.YES), "G1"),
        (report(Category.AT_HOME, Urgency.GOING_ON), "G1"),
        (report(Category.AT_HOME, contact=Answer.YES), "G1"),
        (report(Category.MEETING, Urgency.SOON), "G2"),
        (report(Category.MEETING, Urgency.NOW), "G2"),
        (report(Category.BLACKMAIL_MONEY, contact=Answer.YES), "G4"),
        (report(Category.BLACKMAIL_IMAGES, Urgency.PAST, contact=Answer.YES), "G4"),
        (report(Category.BLACKMAIL_MONEY, Urgency.GOING_ON), "G4"),
    ],
)
@pytest.mark.parametrize("age", MINOR_BANDS)
def test_answers_that_state_a_danger_open_its_gate(told: Report, gate: str, age: AgeBand | None) -> None:
    """As reported, by the reporter, whatever the age told, and also when it was not."""
    (found,) = (
        item for item in reported_facts(msgspec.structs.replace(told, age_band=age), at=AT) if item.code == gate
    )

    assert (found.state, found.by, found.at, found.table, found.event_at) == ("reported", "reporter", AT, "gate", None)


@pytest.mark.parametrize(
    ("told", "factor"),
    [
        (report(Category.STRANGER_CONTACT), "grooming_of_minor"),
        (report(Category.SECRECY_ASKED), "grooming_of_minor"),
        (report(Category.IMAGES_ASKED), "grooming_of_minor"),
        (report(Category.BLACKMAIL_IMAGES), "grooming_of_minor"),
        (report(Category.MEETING), "incites_or_travels"),
        (report(Category.AT_HOME), "lives_with_child"),
        (report(knows=Answer.YES), "access_through_relations"),
        (report(age=AgeBand.UNDER_11), "victim_under_13"),
        (report(age=AgeBand.UNDER_11), "victim_under_15"),
        (report(age=AgeBand.FROM_11_TO_14), "victim_under_15"),
    ],
)
def test_an_answer_states_its_factor_at_half_its_points(told: Report, factor: str) -> None:
    """Reported, not established."""
    (row,) = (row for row in assess_report(told, at=AT).factors if row.code == factor)

    assert (row.state, row.by, row.points_min) == ("reported", "reporter", WEIGHTS.factor(factor).points / 2)


def test_an_age_states_no_more_than_it_says() -> None:
    """11 to 14 may be 13 or more, under 11 may be 6 or more, 15 to 17 reaches no threshold."""
    assert codes(report(age=AgeBand.FROM_11_TO_14)) == ["victim_under_15"]
    assert codes(report(age=AgeBand.UNDER_11)) == ["victim_under_13", "victim_under_15"]
    assert codes(report(age=AgeBand.FROM_15_TO_17)) == []


@pytest.mark.parametrize("name", ["contact_going_on", "knows_person"])
@given(told=REPORTS)
def test_a_no_states_nothing_and_lowers_nothing(name: str, told: Report) -> None:
    """It may be fear, or a deception: the place is the one of a person who did not answer."""
    said_no = msgspec.structs.replace(told, **{name: Answer.NO})
    skipped = msgspec.structs.replace(told, **{name: None})

    assert codes(said_no) == codes(skipped)
    assert place_report(said_no, at=AT) == place_report(skipped, at=AT)
    assert assess_report(said_no, at=AT).unknown == assess_report(skipped, at=AT).unknown
    assert assess_report(said_no, at=AT).confirmed_by == ()


@given(told=REPORTS)
def test_no_answer_is_ever_established_or_contradicted(told: Report) -> None:
    """A form confirms nothing."""
    assert {item.state for item in reported_facts(told, at=AT)} <= {"reported"}
    assert assess_report(told, at=AT).confirmed_by == ()


def test_a_fact_carries_the_answers_that_state_it() -> None:
    """So that a person sees why, all of them when two rows say so."""
    told = report(Category.AT_HOME, Urgency.NOW, contact=Answer.YES)
    gate = reported_facts(told, at=AT)[0]

    assert (gate.code, gate.evidence) == ("G1", ("urgency=now", "category=at_home", "contact_going_on=yes"))


@given(told=REPORTS)
def test_a_declared_urgency_is_never_lowered(told: Report) -> None:
    """Now is P0, soon at least P1, going on at least P2, past ranked."""
    floor = {Urgency.NOW: 0, Urgency.SOON: 1, Urgency.GOING_ON: 2, Urgency.PAST: 3, Urgency.NONE_STATED: 4}[
        told.urgency
    ]

    assert place_report(told, at=AT).level <= floor
    assert place_of(assess_report(told, at=AT), told.urgency).level <= floor


@given(told=REPORTS)
def test_a_more_urgent_answer_never_ranks_lower(told: Report) -> None:
    """From past to going on, to soon, to now."""
    levels = [
        place_report(msgspec.structs.replace(told, urgency=urgency), at=AT).level
        for urgency in (Urgency.PAST, Urgency.GOING_ON, Urgency.SOON, Urgency.NOW)
    ]

    assert levels == sorted(levels, reverse=True)


@pytest.mark.parametrize(
    ("told", "level", "reason"),
    [
        (report(Category.MEETING), 1, "meeting_undated"),
        (report(Category.BLACKMAIL_MONEY), 1, "blackmail_undated"),
        (report(Category.AT_HOME), 1, "home_undated"),
        (report(Category.AT_HOME, Urgency.PAST, contact=Answer.YES), 1, "home_contact"),
        (report(Category.AT_HOME, Urgency.PAST, contact=Answer.NO), 2, "home_past"),
        (report(Category.BLACKMAIL_IMAGES, contact=Answer.NO), 1, "blackmail_undated"),
        (report(Category.IMAGES_SPREAD), 2, "images_spread"),
        (report(Category.BLACKMAIL_MONEY, contact=Answer.YES), 1, "G4"),
        (report(Category.MEETING, Urgency.SOON), 0, "G2"),
    ],
)
def test_a_danger_does_not_lapse_for_want_of_a_date(told: Report, level: int, reason: str) -> None:
    """The level and what gives it, which stands first."""
    place = place_report(told, at=AT)

    assert (place.level, place.reasons[0]) == (level, reason)


def test_reasons_stand_in_the_order_in_which_they_decide() -> None:
    """The most urgent level first, then what gives points."""
    told = report(Category.BLACKMAIL_IMAGES, Urgency.NOW, age=AgeBand.UNDER_11)

    assert place_report(told, at=AT).reasons == (
        "urgency_now",
        "G4",
        "grooming_of_minor",
        "victim_under_13",
        "victim_under_15",
    )


def test_a_contradicted_gate_leaves_the_declared_urgency() -> None:
    """A person who established otherwise moves the gate, not what the reporter declared."""
    history = {"G2": (fact("G2", "reported", by="reporter"), fact("G2", "contradicted", hours=1))}
    assessment = assess(history, suggested=frozenset(), weights=WEIGHTS, as_of=AT)

    place = place_of(assessment, Urgency.SOON)

    assert (place.level, place.reasons) == (1, ("urgency_soon",))


def test_an_established_fact_moves_the_place() -> None:
    """The same report, once a person has confirmed what it says."""
    told = report(Category.STRANGER_CONTACT, Urgency.PAST, age=AgeBand.UNDER_11)
    facts = {item.code: (item,) for item in reported_facts(told, at=AT)}
    confirmed = {**facts, **{code: (*history, fact(code, hours=60)) for code, history in facts.items()}}

    before = place_of(assess(facts, suggested=frozenset(), weights=WEIGHTS, as_of=AT), told.urgency)
    after = place_of(assess(confirmed, suggested=frozenset(), weights=WEIGHTS, as_of=AT), told.urgency)

    assert (before.level, before.points_min) == (3, 16.0)
    assert (after.level, after.points_min) == (2, 32.0)


@given(told=REPORTS, minutes=st.integers(-600, 600))
def test_a_cached_assessment_is_the_one_that_would_be_worked_out(told: Report, minutes: int) -> None:
    """Whatever else the report holds and whenever it came."""
    at = AT + timedelta(minutes=minutes)
    worked_out = assess_facts(reported_facts(told, at=at), weights=WEIGHTS, as_of=at)

    assert assess_report(told, at=at) == worked_out


@given(told=REPORTS)
def test_nothing_but_the_six_answers_matters(told: Report) -> None:
    """Language, reporter, contact, text and who typed it change nothing at all."""
    other = msgspec.structs.replace(
        told,
        reporter=ReporterKind.CHILD,
        language="ar",
        narrative="autre texte",
        received_by="Bob",
        contact=Contact(name="Zoé"),
        addresses=("https://example.org/",),
    )

    assert assess_report(told, at=AT) == assess_report(other, at=AT)
    assert place_report(told, at=AT) == place_report(other, at=AT)


def test_the_same_answers_are_worked_out_once() -> None:
    """Without this, 170,000 reports would take minutes."""
    told = report(Category.MEETING, Urgency.SOON, age=AgeBand.FROM_11_TO_14)
    assess_report(told, at=AT)
    before = reported._assess_stated.cache_info()

    for hours in range(50):
        assess_report(told, at=AT + timedelta(hours=hours))

    after = reported._assess_stated.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (0, 50)


def test_every_combination_of_answers_fits_in_the_cache() -> None:
    """Nothing is worked out twice, however reports are mixed."""
    told = {
        reported._stated(
            msgspec.structs.replace(
                report(category, urgency), kind=kind, age_band=age, contact_going_on=contact, knows_person=knows
            ),
            load_rules(),
        )
        for category in (None, *Category)
        for urgency in Urgency
        for kind in (Kind.SITUATION, Kind.ACCOUNT)
        for age in (None, *AgeBand)
        for contact in (None, Answer.YES)
        for knows in (None, Answer.YES)
    }

    assert 100 < len(told) <= reported._CACHED_COMBINATIONS


def test_a_naive_instant_is_refused() -> None:
    """An hour without its offset may be another hour."""
    with pytest.raises(NaiveInstant, match="no offset"):
        reported_facts(report(Category.MEETING), at=datetime(2026, 11, 22))  # noqa: DTZ001
    with pytest.raises(NaiveInstant, match="no offset"):
        assess_report(report(), at=datetime(2026, 11, 22))  # noqa: DTZ001


def test_an_instant_of_another_place_is_kept_in_utc() -> None:
    """The same instant gives the same facts."""
    there = AT.astimezone(timezone(timedelta(hours=5)))

    assert reported_facts(report(Category.MEETING), at=there) == reported_facts(report(Category.MEETING), at=AT)
    assert replace(assess_report(report(Category.MEETING), at=there).factors[0]).at.tzinfo is UTC
