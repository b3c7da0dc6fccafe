"""Reads one message: which tactics its words show, which frames take them back, which marks it carries.

Both languages are asked of every message, since people mix them. A message says nothing about a person:
alerts come from several messages of one speaker to one addressee (see alerts.py).
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from rempart.detection.ages import PHRASES as AGE_PHRASES
from rempart.detection.ages import Age, bare_age, stated_age
from rempart.detection.folding import LANGUAGES, Folder, load_language
from rempart.detection.frames import FRAMES
from rempart.detection.marks import MARKS
from rempart.detection.phrases import Match, PhraseBook
from rempart.detection.signal import Signal
from rempart.detection.signals import SIGNALS
from rempart.records import Strength


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A tactic found in a message, the phrase, the language.

    strong: as its words tell alone. context: found by a weak phrase only, which nothing makes strong.
    """

    tactic: str
    strong: bool
    context: bool
    phrase: str
    language: str


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What one message shows. `frames` not empty: `hits` were taken back and are told in `taken_back`."""

    hits: tuple[Hit, ...] = ()
    taken_back: tuple[Hit, ...] = ()
    frames: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    ages: tuple[Age, ...] = ()


NOTHING = Sight()
JOKED = frozenset({"threat", "payment_demand"})  # said with laughter they are banter: context, nothing more
_QUOTED = re.compile(r"\s*(?:«[^«»]*»|“[^“”]*”|\"[^\"]*\"|>[^\n]*)\s*[.!…]?\s*")
_SPEECH = re.compile(r"«[^«»]{6,}»|“[^“”]{6,}”|(?<!\w)\"[^\"]{6,}\"(?!\w)")  # what somebody else said, inside a message
QUOTATION = "quotation"  # the frame of a message that is nothing but a quotation


class TacticReader:
    """The phrase books of all languages; made once, used for every message. Not for use by several threads."""

    def __init__(self, signals: Sequence[Signal] = SIGNALS, languages: Sequence[str] = LANGUAGES) -> None:
        self._strong = {signal.code: signal.strength is Strength.STRONG for signal in signals}
        self.books: list[tuple[str, Folder, PhraseBook]] = []
        for code in languages:
            language = load_language(code)
            book = PhraseBook(_lines(signals, code), classes=language.classes, frequency=language.frequency)
            self.books.append((code, Folder(language, book.vocabulary), book))

    def read(self, text: str) -> Sight:
        """What the message shows; `NOTHING` (the same object) for most messages."""
        found: list[tuple[str, Match]] = []
        ages: list[Age] = []
        for code, folder, book in self.books:
            words = folder.fold(text)
            for match in book.find(words):
                if not match.phrase.owner.startswith("age/"):
                    found.append((code, match))
                elif (age := stated_age(match.phrase.owner, words[match.start : match.end])) and age not in ages:
                    ages.append(age)
        if not found and not ages:
            return NOTHING
        quoted = bool(found) and (_QUOTED.fullmatch(text) is not None or self._is_reported(text))
        return self._weigh(found, tuple(ages), quoted=quoted)

    def _is_reported(self, text: str) -> bool:
        """Whether the words of tactics stand in quotation marks only: he wrote “are you alone?”, and I told my mother."""
        rest = _SPEECH.sub(" … ", text)
        return rest != text and not any(
            match.phrase.owner in self._strong
            for _, folder, book in self.books
            for match in book.find(folder.fold(rest))
        )

    def read_answer(self, text: str) -> Age | None:
        """The age given in a short answer to a question about age; None when it gives none."""
        return bare_age(self.books[0][1].fold(text))

    def spans(self, text: str) -> list[tuple[str, int, int]]:
        """(owner, start, end) of the characters of every phrase found, for showing; rebuilt, not stored."""
        spans: list[tuple[str, int, int]] = []
        for _, folder, book in self.books:
            words, ranges = folder.fold_with_ranges(text)
            found = book.find(words)
            spans += [(match.phrase.owner, ranges[match.start][0], ranges[match.end - 1][1]) for match in found]
        return spans

    def _weigh(self, found: list[tuple[str, Match]], ages: tuple[Age, ...], *, quoted: bool) -> Sight:
        owners = {match.phrase.owner for _, match in found} | ({f"frame/{QUOTATION}"} if quoted else set())
        frames = tuple(sorted(owner[6:] for owner in owners if owner.startswith("frame/")))
        marks = tuple(sorted(owner[5:] for owner in owners if owner.startswith("mark/")))
        best: dict[str, Hit] = {}
        for language, match in found:
            code = match.phrase.owner
            if code in self._strong and f"{code}/unless" not in owners:
                context = match.phrase.weak or ("laugh" in marks and code in JOKED)
                if code not in best or (best[code].context and not context):
                    strong = self._strong[code] and not context
                    best[code] = Hit(
                        tactic=code, strong=strong, context=context, phrase=match.phrase.text, language=language
                    )
        hits = tuple(best[code] for code in self._strong if code in best)
        taken_back = hits if frames else ()
        return Sight(hits=() if frames else hits, taken_back=taken_back, frames=frames, marks=marks, ages=ages)


def _lines(signals: Sequence[Signal], language: str) -> dict[str, str]:
    lines: dict[str, str] = {}
    for signal in signals:
        lines[signal.code] = signal.phrases.get(language, "")
        lines[f"{signal.code}/unless"] = signal.unless.get(language, "")
    for frame in FRAMES:
        lines[f"frame/{frame.code}"] = frame.phrases.get(language, "")
    for mark, phrases in MARKS.items():
        lines[f"mark/{mark}"] = phrases.get(language, "")
    for age, phrases in AGE_PHRASES.items():
        lines[age] = phrases.get(language, "")
    return lines


@lru_cache(maxsize=1)
def shared_reader() -> TacticReader:
    """The reader of this process: building it costs some tenths of a second."""
    return TacticReader()
