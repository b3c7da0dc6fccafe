"""`rempart evaluate tactics`: labelled single lines against the phrases."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from rempart.detection.signals import SIGNALS
from rempart.detection.tactics import TacticReader, shared_reader
from rempart.errors import BadInput

NONE = "none"
NAMES = {name: signal.code for signal in SIGNALS for name in (signal.code, *signal.aliases)}


class BadCues(BadInput):
    """A line of the file is not a row `{"text", "lang", "tactic"}`."""


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled line; `tactic` is a code, one of its aliases, or `none`."""

    text: str
    lang: str
    tactic: str


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Right over all lines of one tactic in one language."""

    lang: str
    tactic: str
    right: int
    total: int
    recall: float


class FalseHits(msgspec.Struct, frozen=True, kw_only=True):
    """Negatives of one language: how many fired a strong tactic, a weak one only."""

    lang: str
    negatives: int
    strong: int
    weak_only: int
    strong_share: float
    by_tactic: dict[str, int]


class CueReport(msgspec.Struct, frozen=True, kw_only=True):
    """`recall`: right over all positives, per language; `macro`: mean of the tactics; `scores`; `false_hits`."""

    lines: int
    recall: dict[str, float]
    macro: dict[str, float]
    scores: tuple[Score, ...]
    false_hits: tuple[FalseHits, ...]


@dataclass(slots=True)
class _Tally:
    total: Counter[tuple[str, str]]
    right: Counter[tuple[str, str]]
    fired: dict[str, Counter[str]]
    strong: Counter[str]
    weak: Counter[str]


def parse_cues(lines: Iterable[str]) -> tuple[Cue, ...]:
    """The rows of a JSON Lines text; blank lines are passed. Raises: BadCues with the line's number."""
    cues: list[Cue] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                cue = msgspec.json.decode(line, type=Cue)
            except msgspec.ValidationError as error:
                raise BadCues(
                    'Line {number} is not a row {{"text", "lang", "tactic"}}: a field is missing or is not a text.',
                    number=number,
                ) from error
            except msgspec.MsgspecError as error:
                raise BadCues("Line {number} is not JSON.", number=number) from error
            if cue.tactic != NONE and cue.tactic not in NAMES:
                raise BadCues(
                    "Line {number} names a tactic that Rempart does not know. Known: {known}.",
                    number=number,
                    known=", ".join(NAMES),
                )
            cues.append(cue)
    if not cues:
        raise BadCues("The file holds no row.")
    return tuple(cues)


def evaluate_cues(cues: Sequence[Cue], reader: TacticReader | None = None) -> CueReport:
    """How many lines show the tactic they are labelled with, and how many negatives fire."""
    reader = reader or shared_reader()
    tally = _Tally(Counter(), Counter(), {}, Counter(), Counter())
    for cue in cues:
        hits = reader.read(cue.text).hits
        tactic = NAMES.get(cue.tactic, NONE)
        tally.total[cue.lang, tactic] += 1
        if tactic != NONE:
            tally.right[cue.lang, tactic] += any(hit.tactic == tactic for hit in hits)
        elif any(hit.strong for hit in hits):
            tally.strong[cue.lang] += 1
            tally.fired.setdefault(cue.lang, Counter()).update(hit.tactic for hit in hits if hit.strong)
        elif hits:
            tally.weak[cue.lang] += 1
    return _report(tally, len(cues))


def _report(tally: _Tally, lines: int) -> CueReport:
    scores = tuple(
        Score(
            lang=lang,
            tactic=tactic,
            right=tally.right[lang, tactic],
            total=total,
            recall=tally.right[lang, tactic] / total,
        )
        for (lang, tactic), total in sorted(tally.total.items())
        if tactic != NONE
    )
    languages = sorted({score.lang for score in scores})
    recall = {
        lang: sum(s.right for s in scores if s.lang == lang) / sum(s.total for s in scores if s.lang == lang)
        for lang in languages
    }
    macro = {
        lang: sum(s.recall for s in scores if s.lang == lang) / sum(1 for s in scores if s.lang == lang)
        for lang in languages
    }
    false_hits = tuple(
        FalseHits(
            lang=lang,
            negatives=total,
            strong=tally.strong[lang],
            weak_only=tally.weak[lang],
            strong_share=tally.strong[lang] / total,
            by_tactic=dict(sorted(tally.fired.get(lang, Counter()).items())),
        )
        for (lang, tactic), total in sorted(tally.total.items())
        if tactic == NONE
    )
    return CueReport(lines=lines, recall=recall, macro=macro, scores=scores, false_hits=false_hits)
