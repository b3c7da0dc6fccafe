"""`rempart evaluate windows`: how often ordinary conversations alert, per window of 50 messages.

Each conversation is cut into consecutive windows of 50 messages, the last one shorter; a window of fewer than two
messages is left out. Each is looked at alone, with the ages stated anywhere in its conversation.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec
import numpy as np

from rempart.detection.alerts import WINDOW_MESSAGES, raise_alerts
from rempart.detection.run import Detection
from rempart.evaluation.figures import wilson


class WindowRate(msgspec.Struct, frozen=True, kw_only=True):
    """Windows with an alert of the level, per 10,000, with the 95 % Wilson interval."""

    level: Literal["any", "to_read", "immediate"]
    alerting: int
    per_10_000: float
    low: float
    high: float


class WindowReport(msgspec.Struct, frozen=True, kw_only=True):
    """`examples`: (conversation, first message, level) of windows that alert, at most 20."""

    windows: int
    messages: int
    rates: tuple[WindowRate, ...]
    examples: tuple[tuple[str, int, str], ...]


def evaluate_windows(detection: Detection) -> WindowReport:
    """Alerting windows over all conversations of the detection."""
    levels: list[str] = []
    examples: list[tuple[str, int, str]] = []
    timeline = detection.timeline
    for start, end in _windows(detection):
        sights = {index: detection.sights[index] for index in range(start, end) if index in detection.sights}
        found = (
            [alert.level for alert in raise_alerts(timeline, sights, detection.stated, detection.kin)] if sights else []
        )
        level = "immediate" if "immediate" in found else "to_read" if found else "none"
        levels.append(level)
        if level != "none" and len(examples) < 20:
            title = timeline.conversations[int(timeline.conversation[start])]
            examples.append((title, int(timeline.position[start]), level))
    rates = (
        _rate("any", sum(level != "none" for level in levels), len(levels)),
        _rate("to_read", levels.count("to_read"), len(levels)),
        _rate("immediate", levels.count("immediate"), len(levels)),
    )
    return WindowReport(windows=len(levels), messages=len(timeline.position), rates=rates, examples=tuple(examples))


def _windows(detection: Detection) -> Iterator[tuple[int, int]]:
    conversation = detection.timeline.conversation
    bounds = np.r_[0, np.flatnonzero(np.diff(conversation)) + 1, len(conversation)]
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        for start in range(first, last, WINDOW_MESSAGES):
            if min(start + WINDOW_MESSAGES, last) - start >= 2:
                yield start, min(start + WINDOW_MESSAGES, last)


def _rate(level: Literal["any", "to_read", "immediate"], alerting: int, windows: int) -> WindowRate:
    low, high = wilson(alerting, windows)
    per = 10_000 * alerting / windows if windows else 0.0
    return WindowRate(level=level, alerting=alerting, per_10_000=per, low=10_000 * low, high=10_000 * high)
