"""`rempart evaluate alerts`: whole conversations with a known truth."""

import pytest

from rempart.evaluation.scenarios import (
    BadTruth,
    FileResult,
    Raised,
    Truth,
    TruthLevel,
    judge_file,
    parse_truth,
    summarise,
)

MINUTES = [float(number) for number in range(20)]


def raised(
    speaker: str = "Bob", *, level: str = "immediate", index: int = 5, first: int | None = None, timed: bool = True
) -> Raised:
    """An alert by the speaker; one message a minute."""
    start = index if first is None else first
    return Raised(
        level="immediate" if level == "immediate" else "to_read",
        speaker_names=(speaker, f"telegram:{speaker}"),
        index=index,
        minute=float(index) if timed else None,
        first_index=start,
        first_minute=float(start) if timed else None,
    )


def truth(level: TruthLevel = "immediate", *, speaker: str | None = "Bob", earliest: int | None = 5) -> Truth:
    """The truth of a file of twenty messages."""
    return Truth(file="a.json", level=level, speaker=speaker, earliest_index=earliest)


QUIET = Truth(file="b.json", level="none")


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        '{"file": "a"}',
        '{"file": "a", "level": "urgent"}',
        '{"file": "a", "level": "none", "earliest_index": "3"}',
    ],
)
def test_a_bad_row_is_named_by_its_line(line: str) -> None:
    """The truth is refused as a whole: half a truth would flatter."""
    with pytest.raises(BadTruth, match="Line 2 "):
        parse_truth(['{"file": "a.json", "level": "none"}', line])


def test_a_truth_without_rows_is_refused() -> None:
    """Measuring nothing would look like a measure."""
    with pytest.raises(BadTruth, match="no row"):
        parse_truth(["", " "])


def test_further_fields_of_a_row_are_allowed() -> None:
    """The fictional case tells its plot too."""
    row = '{"file": "a.json", "level": "to_read", "speaker": "Bob", "earliest_index": 4, "plot": "fr-meeting"}'

    assert parse_truth([row]) == (Truth(file="a.json", level="to_read", speaker="Bob", earliest_index=4),)


def test_an_alert_in_a_quiet_file_is_wrong() -> None:
    """No speaker is right where nothing is to be found."""
    result = judge_file(QUIET, [raised()], MINUTES)

    assert (result.found, result.right_speaker, result.other_speakers) == ("immediate", False, 1)
    assert (result.latency_messages, result.latency_minutes) == (None, None)


def test_an_alert_by_somebody_else_is_wrong_and_a_miss() -> None:
    """The child's messages must not stand in for the speaker's."""
    report = summarise([judge_file(truth(), [raised("Zoe")], MINUTES)])

    assert (report.true_positives, report.false_positives, report.false_negatives) == (0, 1, 1)
    assert (report.precision, report.recall, report.f05) == (0.0, 0.0, 0.0)


def test_silence_in_a_file_with_a_truth_is_a_miss() -> None:
    """Nothing found is told as nothing found."""
    report = summarise([judge_file(truth(), [], MINUTES)])

    assert (report.results[0].found, report.false_negatives, report.recall) == ("none", 1, 0.0)
    assert report.exact_level_share is None
    assert report.speed is None


def test_several_alerts_of_one_other_speaker_are_one_error() -> None:
    """Errors count per speaker and file, not per alert."""
    assert judge_file(truth(), [raised(), raised("Zoe"), raised("Zoe", index=9)], MINUTES).other_speakers == 1


@pytest.mark.parametrize("speaker", ["Bob", "telegram:Bob", None])
def test_the_speaker_is_known_by_name_or_id(speaker: str | None) -> None:
    """A truth without a speaker takes any."""
    assert judge_file(truth(speaker=speaker), [raised()], MINUTES).right_speaker


def test_the_highest_level_of_the_right_speaker_counts() -> None:
    """A lower alert beside it, and a higher one of somebody else, change nothing."""
    alerts = [raised(level="to_read"), raised("Zoe", level="immediate")]

    assert judge_file(truth("to_read"), alerts, MINUTES).found == "to_read"
    assert judge_file(truth(), [raised(level="to_read"), raised()], MINUTES).found == "immediate"


def test_latency_is_told_in_messages_and_in_minutes() -> None:
    """Three messages, three minutes after the evidence was complete."""
    result = judge_file(truth(), [raised(index=8)], MINUTES)

    assert (result.latency_messages, result.latency_minutes) == (3, 3.0)


def test_an_alert_before_the_evidence_was_complete_has_no_negative_latency() -> None:
    """Early is as good as at once."""
    result = judge_file(truth(), [raised(index=2)], MINUTES)

    assert (result.latency_messages, result.latency_minutes) == (0, 0.0)


def test_latency_without_instants_is_told_in_messages_only() -> None:
    """An export without instants gives no minutes, and not zero."""
    result = judge_file(truth(), [raised(index=8, timed=False)], [None] * 20)

    assert (result.latency_messages, result.latency_minutes) == (3, None)


def test_a_higher_level_than_the_truth_counts_from_its_first_level() -> None:
    """A truth `to_read` is answered by the first level reached, not by the later immediate one."""
    result = judge_file(truth("to_read"), [raised(index=12, first=7)], MINUTES)

    assert (result.found, result.latency_messages) == ("immediate", 2)


def result(
    level: TruthLevel, found: TruthLevel, *, right: bool = False, others: int = 0, late: int | None = None
) -> FileResult:
    """The result of a file."""
    return FileResult(
        file="a.json",
        truth=level,
        found=found,
        right_speaker=right,
        other_speakers=others,
        latency_messages=late,
        latency_minutes=None if late is None else late * 2.0,
    )


def test_the_scores_sum_over_the_files() -> None:
    """Two right (one at another level), one missed, one false, one quiet: precision 2/3, recall 2/3."""
    report = summarise(
        [
            result("immediate", "immediate", right=True, late=0),
            result("to_read", "immediate", right=True, late=89),
            result("immediate", "none"),
            result("none", "to_read", others=1),
            result("none", "none"),
        ]
    )

    assert (report.files, report.true_negatives) == (5, 1)
    assert (report.true_positives, report.false_positives, report.false_negatives) == (2, 1, 1)
    assert report.precision == report.recall == report.f1 == report.f05 == pytest.approx(2 / 3)
    assert report.exact_level_share == 0.5
    assert (report.latency_messages_median, report.latency_messages_p90) == (0.0, 89.0)
    assert (report.latency_minutes_median, report.latency_minutes_p90) == (0.0, 178.0)
    assert report.speed == 1.0
    assert report.f_latency == pytest.approx(2 / 3)


def test_speed_falls_with_the_median_latency() -> None:
    """89 messages late in every file: the alert is the 90th that could have come, speed 0.5."""
    report = summarise([result("immediate", "immediate", right=True, late=89)] * 3)

    assert report.speed == pytest.approx(0.5)
    assert report.f_latency == pytest.approx(0.5)
