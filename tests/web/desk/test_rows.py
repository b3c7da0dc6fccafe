"""What the parts are given: lengths of time in words, points, exposure."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from rempart.web.desk.rows import Block, Exposure, LevelPanel, LinkRow, told_due, told_wait

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "told"),
    [
        (timedelta(), "0 s"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(days=3, hours=4, minutes=9), "3 d 4 h"),
    ],
)
def test_a_wait_is_told_in_its_two_largest_units(since: timedelta, told: str) -> None:
    """Short enough for a cell of the queue."""
    with translation.override("en"):
        assert told_wait(NOON - since, as_of=NOON) == told


def test_a_deadline_is_told_in_words_before_and_after() -> None:
    """Overdue is a word, not a colour; no deadline is said too."""
    with translation.override("en"):
        assert told_due(NOON + timedelta(hours=2), as_of=NOON) == "in 2 h 0 min"
        assert told_due(NOON - timedelta(minutes=40), as_of=NOON) == "overdue by 40 min"
        assert told_due(None, as_of=NOON) == "no deadline"


def test_the_day_is_told_in_french_to_a_french_reader() -> None:
    """The unit follows the language that is on."""
    with translation.override("fr"):
        assert told_wait(NOON - timedelta(days=3, hours=4), as_of=NOON) == "3\xa0j 4\xa0h"


@pytest.mark.parametrize(("minutes", "is_near"), [(0, False), (95, False), (96, True), (130, True)])
def test_a_break_is_proposed_near_the_limit(minutes: int, is_near: bool) -> None:
    """From four fifths of the day's limit on."""
    assert Exposure(minutes=minutes, limit_minutes=120).is_near is is_near


def test_points_of_a_panel_are_the_sum_of_its_blocks() -> None:
    """Least and most; the widest cap is the scale of all bars."""
    blocks = (
        Block(code="A", title="a", points_min=25, points_max=30, cap=30),
        Block(code="E", title="e", points_min=0, points_max=5, cap=5),
    )
    panel = LevelPanel(
        level="P1", label="", level_max="P0", gates=(), blocks=blocks, unknown=(), enquiry=None, weights_version="1"
    )

    assert (panel.points_min, panel.points_max, panel.widest) == (25, 35, 30)
    assert [block.spread for block in blocks] == [5, 5]


def test_a_similarity_is_told_in_percent() -> None:
    """As people say it."""
    link = LinkRow(number="R-000001", url="", because=(), state="proposed", similarity=0.834)

    assert link.percent == 83
