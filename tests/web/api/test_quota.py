"""The quota of a day: above it reports are still kept, read later, and the partner is told; far above it the partner waits."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from rempart.web.api import quota, receiving, views
from rempart.web.api.quota import FULL_TIMES, LINES, SLOTS, DayCounts, seconds_left
from rempart.web.door.models import Deposit
from tests.web.api.calling import Answer, Caller, make_partner

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> DayCounts:
    """Counters of this test alone."""
    fresh = DayCounts()
    for module in (quota, receiving, views):
        monkeypatch.setattr(module, "COUNTS", fresh)
    return fresh


@pytest.fixture
def caller(public: None, counts: DayCounts) -> Caller:
    """A partner that may send three reports a day."""
    make_partner(quota=3)
    return Caller()


def send(caller: Caller, count: int, *, first: int = 0) -> list[Answer]:
    """So many reports."""
    bodies = ({"kind": "situation", "narrative": f"report {number}"} for number in range(first, first + count))
    return [caller.report(body, key=f"number-{first + place}") for place, body in enumerate(bodies)]


def test_reports_over_the_quota_are_kept_in_the_slow_lane(caller: Caller) -> None:
    """Nobody is refused; a header tells."""
    answers = send(caller, 5)

    assert [answer.status for answer in answers] == [201] * 5
    assert [answer.headers["Rempart-Quota"] for answer in answers] == ["within"] * 3 + ["over"] * 2
    assert sorted(Deposit.objects.values_list("lane", flat=True)) == ["flood"] * 2 + ["partner"] * 3


def test_danger_now_is_urgent_over_the_quota_too(caller: Caller) -> None:
    """A quota is no reason to read a danger late."""
    send(caller, 3)

    caller.report({"kind": "situation", "narrative": "x", "urgency": 4})

    assert Deposit.objects.filter(lane="urgent").count() == 1


def test_far_above_the_quota_the_partner_is_told_to_wait(caller: Caller) -> None:
    """Ten times the quota; until the next day begins."""
    send(caller, 3 * FULL_TIMES)

    answer = send(caller, 1, first=3 * FULL_TIMES)[0]

    assert (answer.status, answer.code) == (429, "quota_spent")
    assert 0 < int(answer.headers["Retry-After"]) <= 86_400
    assert Deposit.objects.count() == 3 * FULL_TIMES


def test_a_repeated_or_refused_report_is_not_counted(caller: Caller, counts: DayCounts) -> None:
    """Only what is kept anew."""
    send(caller, 1)
    send(caller, 1)
    caller.report({"kind": "nothing"})
    caller.report({"kind": "situation", "narrative": "other"}, key="number-0")

    (partner,) = {number for number in range(SLOTS) if counts.sent(number, at=datetime.now(UTC))}

    assert counts.sent(partner, at=datetime.now(UTC)) == 1


def test_one_partner_does_not_spend_the_quota_of_another(caller: Caller) -> None:
    """Each has its own count."""
    make_partner("another", quota=3)
    send(caller, 4)

    assert caller.by("another").report().headers["Rempart-Quota"] == "within"


def test_each_day_begins_at_zero() -> None:
    """At midnight UTC, also when nobody sends for days."""
    counts = DayCounts()
    counts.add(5, at=NOON)
    counts.add(6, at=NOON)

    assert [counts.sent(5, at=NOON + timedelta(days=days)) for days in (0, 1, 4)] == [1, 0, 0]
    counts.add(5, at=NOON + timedelta(days=1))
    assert [counts.sent(number, at=NOON + timedelta(days=1)) for number in (5, 6)] == [1, 0]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the child only counts, and leaves
def test_processes_of_a_face_share_the_counts() -> None:
    """Counters that were made before the fork are one table for parent and children."""
    counts = DayCounts()
    counts.add(5, at=NOON)

    for _ in range(3):
        child = os.fork()
        if child == 0:
            counts.add(5, at=NOON)
            os._exit(0)
        os.waitpid(child, 0)

    assert counts.sent(5, at=NOON) == 4


def test_the_table_has_a_fixed_size() -> None:
    """However many partners there are; their numbers may share a place."""
    counts = DayCounts()
    for partner in range(0, 10 * SLOTS, SLOTS // 2):
        counts.add(partner, at=NOON)

    assert counts.sent(0, at=NOON) == 10
    assert LINES * SLOTS * 8 < 1_000_000


@pytest.mark.parametrize(
    ("at", "seconds"),
    [(NOON, 43_200), (datetime(2026, 11, 22, tzinfo=UTC), 86_400), (datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC), 1)],
)
def test_the_time_to_wait_ends_with_the_day(at: datetime, seconds: int) -> None:
    """Never zero: a partner that comes back then is served."""
    assert seconds_left(at) == seconds
