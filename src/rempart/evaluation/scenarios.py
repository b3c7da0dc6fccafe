"""`rempart evaluate alerts`: whole conversations with a known truth against the alerts.

A true positive is an alert by the right speaker in a file whose level is not `none`; an alert by anybody else, or
in a file of level `none`, is a false positive. Latency counts from `earliest_index`, the first message at which the
evidence was complete, in messages and minutes; 0 is the earliest possible.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from rempart.errors import BadInput
from rempart.evaluation.figures import f_score, latency_penalty, quantile

TruthLevel = Literal["none", "to_read", "immediate"]
LEVELS = ("none", "to_read", "immediate")


class BadTruth(BadInput):
    """A line of the truth is not a row `{"file", "level", "speaker", "earliest_index"}`."""


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """The truth of one file: level, display name or id of the speaker, 0-based index of the completing message."""

    file: str
    level: TruthLevel
    speaker: str | None = None
    earliest_index: int | None = None


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """An alert found in a file. index: 0-based message that completed the level; minute: its instant in minutes."""

    level: Literal["to_read", "immediate"]
    speaker_names: tuple[str, ...]
    index: int
    minute: float | None
    first_index: int  # message that completed the first level reached
    first_minute: float | None


class FileResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a file gave beside its truth; latencies None where there is no true positive or no instant."""

    file: str
    truth: TruthLevel
    found: TruthLevel
    right_speaker: bool
    other_speakers: int
    latency_messages: int | None
    latency_minutes: float | None


class ScenarioReport(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of alerts, scores, and latency over the true positives."""

    files: int
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int
    precision: float
    recall: float
    f1: float
    f05: float
    exact_level_share: float | None
    latency_messages_median: float | None
    latency_messages_p90: float | None
    latency_minutes_median: float | None
    latency_minutes_p90: float | None
    speed: float | None
    f_latency: float | None
    results: tuple[FileResult, ...]


def parse_truth(lines: Iterable[str]) -> tuple[Truth, ...]:
    """The rows of a JSON Lines text. Raises: BadTruth with the line's number."""
    rows: list[Truth] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                rows.append(msgspec.json.decode(line, type=Truth))
            except msgspec.ValidationError as error:
                raise BadTruth(
                    'Line {number} is not a row {{"file", "level", "speaker", "earliest_index"}}: a field is missing '
                    "or holds something else. The level is {levels}.",
                    number=number,
                    levels=", ".join(LEVELS),
                ) from error
            except msgspec.MsgspecError as error:
                raise BadTruth("Line {number} is not JSON.", number=number) from error
    if not rows:
        raise BadTruth("The truth holds no row.")
    return tuple(rows)


def judge_file(truth: Truth, alerts: Sequence[Raised], minute_of: Sequence[float | None]) -> FileResult:
    """Holds the alerts of one file against its truth; `minute_of` gives the instant of every message, in minutes."""
    right = [alert for alert in alerts if truth.level != "none" and _is_speaker(truth.speaker, alert)]
    others = {alert.speaker_names for alert in alerts if alert not in right}
    best = max(right, key=lambda alert: LEVELS.index(alert.level), default=None)
    levels: list[TruthLevel] = [alert.level for alert in (right or alerts)]
    found: TruthLevel = max(levels, key=LEVELS.index, default="none")
    messages = minutes = None
    if best is not None and truth.earliest_index is not None:
        index, minute = (
            (best.index, best.minute) if best.level == truth.level else (best.first_index, best.first_minute)
        )
        messages = max(0, index - truth.earliest_index)
        start = minute_of[truth.earliest_index] if truth.earliest_index < len(minute_of) else None
        minutes = max(0.0, minute - start) if minute is not None and start is not None else None
    return FileResult(
        file=truth.file,
        truth=truth.level,
        found=found,
        right_speaker=best is not None,
        other_speakers=len(others),
        latency_messages=messages,
        latency_minutes=minutes,
    )


def _is_speaker(speaker: str | None, alert: Raised) -> bool:
    return speaker is None or speaker in alert.speaker_names


def summarise(results: Sequence[FileResult]) -> ScenarioReport:
    """The scores over all files."""
    hits = sum(result.right_speaker for result in results)
    wrong = sum(result.other_speakers for result in results)
    missed = sum(result.truth != "none" and not result.right_speaker for result in results)
    quiet = sum(result.truth == "none" and result.found == "none" for result in results)
    precision = hits / (hits + wrong) if hits + wrong else 0.0
    recall = hits / (hits + missed) if hits + missed else 0.0
    exact = [result.found == result.truth for result in results if result.right_speaker]
    messages = [float(r.latency_messages) for r in results if r.latency_messages is not None]
    minutes = [r.latency_minutes for r in results if r.latency_minutes is not None]
    penalty = quantile([latency_penalty(int(count) + 1) for count in messages], 0.5)
    speed = None if penalty is None else 1 - penalty
    f1 = f_score(precision, recall, 1)
    return ScenarioReport(
        files=len(results),
        true_positives=hits,
        false_positives=wrong,
        false_negatives=missed,
        true_negatives=quiet,
        precision=precision,
        recall=recall,
        f1=f1,
        f05=f_score(precision, recall, 0.5),
        exact_level_share=sum(exact) / len(exact) if exact else None,
        latency_messages_median=quantile(messages, 0.5),
        latency_messages_p90=quantile(messages, 0.9),
        latency_minutes_median=quantile(minutes, 0.5),
        latency_minutes_p90=quantile(minutes, 0.9),
        speed=speed,
        f_latency=None if speed is None else f1 * speed,
        results=tuple(results),
    )
