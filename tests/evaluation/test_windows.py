"""`rempart evaluate windows`: how often ordinary talk alerts, per window of 50 messages."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from rempart.detection.run import Detection
from rempart.detection.tactics import Hit, Sight
from rempart.evaluation.figures import wilson
from rempart.evaluation.windows import WindowReport, evaluate_windows
from tests.detection.chat import detect, said


def hit(tactic: str) -> Sight:
    """A message that shows the tactic strongly."""
    return Sight(hits=(Hit(tactic=tactic, strong=True, context=False, phrase="told by a test", language="en"),))


def chat(work: Path, messages: int) -> Detection:
    """Two people saying a word in turn, one message a minute, in one conversation."""
    return detect(said(*(f"{'Ann' if number % 2 else 'Bob'}|word" for number in range(messages))), work)


def windows(detection: Detection, sights: Mapping[int, Sight]) -> WindowReport:
    """The report as if the messages at these indexes showed these things."""
    return evaluate_windows(replace(detection, sights=dict(sights)))


@pytest.mark.parametrize(("messages", "count"), [(1, 0), (2, 1), (50, 1), (51, 1), (52, 2), (100, 2), (120, 3)])
def test_a_last_window_counts_from_two_messages(tmp_path: Path, messages: int, count: int) -> None:
    """A message alone is no conversation."""
    report = windows(chat(tmp_path, messages), {})

    assert (report.windows, report.messages) == (count, messages)


def test_quiet_windows_give_no_rate_but_an_upper_end(tmp_path: Path) -> None:
    """None of three is not never: the interval says how often it may be."""
    report = windows(chat(tmp_path, 150), {})

    assert [(rate.level, rate.alerting, rate.per_10_000) for rate in report.rates] == [
        ("any", 0, 0.0),
        ("to_read", 0, 0.0),
        ("immediate", 0, 0.0),
    ]
    assert report.rates[0].high == pytest.approx(10_000 * wilson(0, 3)[1])
    assert report.examples == ()


def test_tactics_on_both_sides_of_a_border_do_not_add_up(tmp_path: Path) -> None:
    """Each window is looked at alone."""
    report = windows(chat(tmp_path, 100), {46: hit("secrecy"), 48: hit("age_enquiry"), 52: hit("isolation")})

    assert report.rates[0].alerting == 0


def test_an_alerting_window_is_counted_once_at_its_highest_level(tmp_path: Path) -> None:
    """Three windows, two alert: one to read, one immediate; each with where it begins."""
    read = {0: hit("secrecy"), 2: hit("age_enquiry"), 4: hit("isolation")}
    now = {100: hit("threat"), 102: hit("payment_demand"), 104: hit("secrecy"), 106: hit("age_enquiry")}
    report = windows(chat(tmp_path, 150), {**read, **now})

    assert [(rate.level, rate.alerting) for rate in report.rates] == [("any", 2), ("to_read", 1), ("immediate", 1)]
    assert report.rates[0].per_10_000 == pytest.approx(20_000 / 3)
    assert [(position, level) for _, position, level in report.examples] == [(0, "to_read"), (100, "immediate")]
