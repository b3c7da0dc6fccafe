"""Deadlines: by level, the more urgent the sooner."""

from datetime import timedelta

import pytest

from rempart.web.cases.deadlines import UNRANKED, DamagedDeadlines, due_at, parse_deadlines
from tests.web.conftest import NOON

HEAD = 'version = "1"\ndate = 2026-11-22\nsource = "a test"\nverified = false\n[hours]\n'
GOOD = HEAD + "P0 = 1\nP1 = 2\nP2 = 3\nP3 = 4\nunranked = 4\n"


@pytest.mark.parametrize(
    "text",
    ["", "[", HEAD, GOOD.replace("P1 = 2", "P1 = 0"), GOOD.replace("P1 = 2", "P1 = 9"), GOOD + "P4 = 1\n"],
    ids=["empty", "no TOML", "no hours", "none", "later than P2", "further level"],
)
def test_a_table_that_is_not_one_is_refused(text: str) -> None:
    """Nobody works by a deadline that was mistyped."""
    with pytest.raises(DamagedDeadlines):
        parse_deadlines(text)


def test_each_level_has_its_time() -> None:
    """One hour, a day, three days, a week; what nobody has ranked waits no longer than the ordinary."""
    told = [due_at(level, since_at=NOON) - NOON for level in range(UNRANKED + 1)]

    assert told == [timedelta(hours=hours) for hours in (1, 24, 72, 168, 168)]
