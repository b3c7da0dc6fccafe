"""`rempart evaluate tactics`: labelled lines against phrases made for these tests."""

from pathlib import Path

import pytest

from rempart.detection.signal import Signal
from rempart.detection.tactics import TacticReader
from rempart.evaluation.cues import BadCues, Cue, CueReport, evaluate_cues, parse_cues
from rempart.records import Strength, Tier


def signal(code: str, phrases: str, strength: Strength) -> Signal:
    """A signal of one English phrase that stands in no other."""
    return Signal(
        version="1",
        code=code,
        strength=strength,
        title={"en": code, "fr": code},
        definition={"en": code, "fr": code},
        sources=("a test",),
        tier=Tier.UNEXERCISED,
        phrases={"en": phrases},
        unless={},
        hits={},
        non_hits={},
    )


@pytest.fixture(scope="module")
def reader() -> TacticReader:
    """Knows `xylophone` as secrecy (strong) and `marmalade` as initial contact (weak)."""
    signals = (signal("secrecy", "xylophone", Strength.STRONG), signal("initial_contact", "marmalade", Strength.WEAK))
    return TacticReader(signals, languages=("en",))


def report(reader: TacticReader, *rows: tuple[str, str, str]) -> CueReport:
    """The report over (language, tactic, text) rows."""
    return evaluate_cues([Cue(lang=lang, tactic=tactic, text=text) for lang, tactic, text in rows], reader)


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        '{"text": "a", "lang": "en"}',
        '{"text": 3, "lang": "en", "tactic": "none"}',
        '["a", "en", "none"]',
        '{"text": "a"',
    ],
)
def test_a_bad_row_is_named_by_its_line(line: str) -> None:
    """Blank lines are passed but counted, so that the number is the one an editor shows."""
    good = '{"text": "a", "lang": "en", "tactic": "none"}'

    with pytest.raises(BadCues, match="Line 3 "):
        parse_cues([good, "", line])


def test_an_unknown_tactic_is_refused_with_the_known_ones() -> None:
    """A label that no signal bears would silently count as missed."""
    with pytest.raises(BadCues, match=r"Line 1 .*Known: .*secrecy") as refused:
        parse_cues(['{"text": "my private words", "lang": "en", "tactic": "secrets"}'])
    assert "private words" not in str(refused.value)


@pytest.mark.parametrize("lines", [[], ["", "  "]])
def test_a_file_without_rows_is_refused(lines: list[str]) -> None:
    """Measuring nothing would look like a measure."""
    with pytest.raises(BadCues, match="no row"):
        parse_cues(lines)


def test_a_line_of_another_tactic_is_a_miss(reader: TacticReader) -> None:
    """Only the tactic of the label counts as right."""
    score = report(reader, ("en", "secrecy", "marmalade"), ("en", "secrecy", "xylophone")).scores[0]

    assert (score.right, score.total, score.recall) == (1, 2, 0.5)


def test_a_quiet_negative_is_no_false_hit(reader: TacticReader) -> None:
    """Negatives count per language: strong, weak only, and silent."""
    rows = ("xylophone", "marmalade", "marmalade again", "nothing at all")
    false = report(reader, *(("en", "none", text) for text in rows)).false_hits[0]

    assert (false.negatives, false.strong, false.weak_only, false.strong_share) == (4, 1, 2, 0.25)
    assert false.by_tactic == {"secrecy": 1}


def test_an_alias_counts_as_its_tactic(reader: TacticReader) -> None:
    """Corpora may use the name of the reference (rapport_vulnerability) or the code."""
    cues = parse_cues(
        [
            '{"text": "marmalade", "lang": "en", "tactic": "rapport_vulnerability"}',
            '{"text": "marmalade", "lang": "en", "tactic": "initial_contact"}',
        ]
    )
    scores = evaluate_cues(cues, reader).scores

    assert [(score.tactic, score.right, score.total) for score in scores] == [("initial_contact", 2, 2)]


def test_recall_is_over_lines_and_macro_over_tactics(reader: TacticReader) -> None:
    """Three lines of one tactic right, one of another wrong: 3/4 of the lines, 1/2 of the tactics; per language."""
    rows = [("en", "secrecy", "xylophone")] * 3 + [("en", "initial_contact", "silence"), ("fr", "secrecy", "silence")]
    made = report(reader, *rows)

    assert made.lines == 5
    assert made.recall == {"en": 0.75, "fr": 0.0}
    assert made.macro == {"en": 0.5, "fr": 0.0}
    assert made.false_hits == ()


def test_the_corpus_of_the_project_can_be_read() -> None:
    """Every row of the corpus that ships is a row, and its tactic is known."""
    files = sorted((Path(__file__).parents[2] / "corpus" / "cues").glob("*.jsonl"))

    for file in files:
        assert parse_cues(file.read_text("utf-8").splitlines()), file.name
