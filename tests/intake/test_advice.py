"""Whom to call: the right services for a situation, never one that nobody has verified."""

import re
import tomllib
from itertools import product
from pathlib import Path

import pytest

from rempart.intake import advice as module
from rempart.intake.advice import Situation, advise, channel, situation_of, strip_channels
from rempart.intake.report import AgeBand, Answer, Category, Kind, Report, ReporterKind, Urgency

BOOK = tomllib.loads(Path(module.__file__).with_name("advice.toml").read_text("utf-8"))
NOT_VERIFIED = [entry for entry in BOOK["channel"] if not entry["verified"]]


def names_of(**told: object) -> list[str]:
    """The channels that a situation is led to, in order."""
    situation = Situation(**told)  # type: ignore[arg-type]  # names and values are those of the case
    return [known.name for piece in advise(situation) for known in piece.channels]


def test_a_channel_that_nobody_verified_is_never_given_out() -> None:
    """Whatever the situation, and also when asked for by name."""
    hidden = {entry["name"] for entry in NOT_VERIFIED}
    situations = product(Urgency, Category, Kind, AgeBand, (True, False))
    told = {
        name
        for urgency, category, kind, age, child in situations
        for name in names_of(urgency=int(urgency), category=category, kind=kind, age_band=age, by_child=child)
    }

    assert hidden >= {"3114", "17cyber", "116000", "stop"}
    assert told & hidden == set()
    assert [name for name in hidden if channel(name)] == []


def test_the_five_numbers_stand_on_every_page() -> None:
    """In the order of urgency, each with what it is for in both languages."""
    assert [known.name for known in strip_channels()] == ["17", "112", "114", "119", "3018"]
    assert all(known.short and known.short.fr and known.purpose.en for known in strip_channels())


def test_danger_comes_before_everything() -> None:
    """Whatever else is told, emergency numbers are first."""
    for category in Category:
        assert names_of(urgency=4, category=category)[:3] == ["17", "112", "114"]
    assert "17" not in names_of(urgency=3)


@pytest.mark.parametrize(
    ("told", "first"),
    [
        ({"category": "at_home"}, ["119"]),
        ({"category": "blackmail_money"}, ["3018", "thesee"]),
        ({"category": "blackmail_images"}, ["3018", "police"]),
        ({"category": "public_content"}, ["pharos", "point_de_contact"]),
        ({"kind": "content"}, ["pharos", "point_de_contact"]),
        ({"category": "images_spread", "age_band": "15_17"}, ["3018", "take_it_down"]),
        ({"knows": "yes"}, ["police"]),
        ({}, ["3018", "119"]),
    ],
)
def test_each_situation_leads_to_its_service(told: dict[str, object], first: list[str]) -> None:
    """The routing of channels.md 2.1."""
    assert names_of(**told)[: len(first)] == first


@pytest.mark.parametrize("told", [{"category": "blackmail_images"}, {"category": "images_asked"}])
def test_blackmail_without_money_is_not_sent_to_the_service_for_money(told: dict[str, object]) -> None:
    """Thésée asks for a demand of money."""
    assert "thesee" not in names_of(**told)


def test_a_picture_of_an_adult_is_not_sent_to_the_service_for_minors() -> None:
    """Take It Down is for pictures taken before 18."""
    assert "take_it_down" not in names_of(category="images_spread", age_band="adult")


def test_no_service_is_told_twice_and_there_always_is_one() -> None:
    """A short list that ends with somebody to talk to."""
    for urgency, category, kind, knows in product(range(5), Category, Kind, Answer):
        told = names_of(urgency=urgency, category=category, kind=kind, knows=knows)
        assert len(told) == len(set(told)) > 0
        assert {"3018", "119"} <= set(told)


def test_a_child_is_spoken_to_as_a_child() -> None:
    """Every sentence that a child can meet says “tu”."""
    for category in Category:
        for piece in advise(Situation(by_child=True, urgency=4, category=category, knows="yes")):
            assert not re.search(r"\bvous\b|\bvotre\b|(?<!\w)\w+ez\b", piece.text.fr.replace("internet", "")), (
                piece.text.fr
            )


def test_every_entry_says_where_it_was_read_and_when() -> None:
    """So that somebody can check it again."""
    for entry in BOOK["channel"]:
        assert entry["source"].strip()
        assert re.fullmatch(r"20\d\d(-\d\d){0,2}", entry["date"])
    assert all(rule["source"].strip() for rule in BOOK["rule"])


def test_only_the_form_decides_what_is_advised() -> None:
    """A report gives the same advice whoever it is about: names and words play no part."""
    plain = Report(
        kind=Kind.ACCOUNT, reporter=ReporterKind.CHILD, language="fr", category=Category.MEETING, urgency=Urgency.NOW
    )
    worded = Report(
        kind=Kind.ACCOUNT,
        reporter=ReporterKind.CHILD,
        language="en",
        category=Category.MEETING,
        urgency=Urgency.NOW,
        narrative="words",
        told_somebody="nobody",
    )

    assert situation_of(plain) == situation_of(worded)
    assert situation_of(plain) == Situation(by_child=True, urgency=4, category="meeting", kind="account")
