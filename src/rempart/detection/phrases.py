"""Phrases with gaps: a small language for what investigators look for, and the matcher that finds them.

One phrase per line; a line is words in order, adjacent unless a gap stands between them:
    word            that folded word
    a|b|stem*       one of these; `stem*` is any word that begins so
    @parent         any word of the class `parent` of languages/<code>.toml
    #  #8-17        a number; a number in that range
    [le|la]         the word may be absent
    ..   ...        up to 2, up to 5 words in between, never past the end of a sentence
    <   >           the message begins, ends here
    !cake|party     not if one of these words stands anywhere in the message
    ~ (first)       a weak phrase: context, never counted towards an alert
A line that begins with # and a blank is a comment.

Speed: each phrase is filed under its rarest word, so an ordinary message costs one look-up per word; the words
of the message are then held against the phrase as bit masks, and only what passes is walked in order.
Invariant: `find` gives the same phrases, whatever the order in which they were filed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from anyascii import anyascii

from rempart.errors import BadInput

_ITEM = re.compile(r"\[([^\]\s]+)\]|(\S+)")
_GAPS = {"..": 2, "...": 5}
_RANGE = re.compile(r"#(?:([0-9]+)-([0-9]+))?")
_NUMBER_FREQUENCY = 1500  # per 100,000 words, all numbers together, in the same chats


class BadPhrase(BadInput):
    """A line of a signal is not of the phrase language."""


class Step(msgspec.Struct, frozen=True):
    """One word of a phrase: the bit of its atom, the free words allowed before it, and whether it may be absent."""

    bit: int
    gap: int
    optional: bool


class Phrase(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled line: `owner` is the signal's code; masks are over the atoms of its PhraseBook."""

    owner: str
    text: str
    weak: bool
    steps: tuple[Step, ...]
    required: int
    refused: int
    at_start: bool
    at_end: bool
    anchor: str  # the atom it is filed under


class Match(msgspec.Struct, frozen=True):
    """A phrase found over the words [start, end) of the message."""

    phrase: Phrase
    start: int
    end: int


class _Word(msgspec.Struct, frozen=True):
    """What a folded word means to the book: the atoms it satisfies, and the phrases filed under them."""

    mask: int
    phrases: tuple[Phrase, ...]


class PhraseBook:
    """All phrases of one language."""

    def __init__(self, lines: Mapping[str, str], *, classes: Mapping[str, str], frequency: Mapping[str, int]) -> None:
        """lines: signal code -> its phrase lines. frequency: how often the commonest words come, on any scale."""
        self._classes = {name: _expand(name, classes, ()) for name in classes}
        self._frequency = frequency
        self._atoms: dict[str, int] = {}
        self._exact: dict[str, set[int]] = {}  # word -> numbers of the atoms that hold it
        self._stems: dict[str, set[int]] = {}
        self._ranges: list[tuple[int, int, int]] = []  # low, high, number of the atom
        self.phrases = tuple(phrase for owner, text in lines.items() for phrase in self._read(owner, text))
        self._filed: dict[int, list[Phrase]] = {}
        for phrase in self.phrases:
            self._filed.setdefault(self._atoms[phrase.anchor], []).append(phrase)
        self._words: dict[str, _Word] = {}

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every whole word that a phrase or class names."""
        return frozenset(self._exact)

    def find(self, words: Sequence[str]) -> list[Match]:
        """Every phrase that the folded words hold, in the order of the book; the first place of each."""
        known = self._words
        candidates: list[Phrase] = []
        for word in words:
            entry = known.get(word)
            if entry is None:
                entry = self._learn(word)
            if entry.phrases:
                candidates.extend(entry.phrases)
        return self._check(candidates, words) if candidates else []

    def _check(self, candidates: list[Phrase], words: Sequence[str]) -> list[Match]:
        masks = [self._words[word].mask for word in words]
        total = 0
        for mask in masks:
            total |= mask
        found: dict[int, Match] = {}
        for phrase in candidates:
            if total & phrase.required == phrase.required and not total & phrase.refused and id(phrase) not in found:
                match = _walk(phrase, masks, words)
                if match is not None:
                    found[id(phrase)] = match
        return list(found.values())

    def _learn(self, word: str) -> _Word:
        """Looks a word up among words, stems and ranges, once."""
        if len(self._words) > 1 << 19:
            self._words.clear()
        atoms = set(self._exact.get(word, ()))
        for size in range(2, len(word) + 1):
            atoms |= self._stems.get(word[:size], set())
        if word.isdecimal():
            value = int(word) if len(word) < 10 else 10**9
            atoms |= {atom for low, high, atom in self._ranges if low <= value <= high}
        mask = 0
        for atom in atoms:
            mask |= 1 << atom
        filed = [phrase for atom in sorted(atoms & self._filed.keys()) for phrase in self._filed[atom]]
        entry = self._words[word] = _Word(mask, tuple(filed))
        return entry

    # -- reading the lines ----------------------------------------------------------------------------

    def _read(self, owner: str, text: str) -> Iterable[Phrase]:
        for line in text.splitlines():
            stripped = line.strip()
            if stripped and not stripped.startswith("# "):
                yield self._compile(owner, stripped)

    def _compile(self, owner: str, line: str) -> Phrase:
        steps: list[Step] = []
        required = refused = gap = 0
        at_start = at_end = weak = False
        anchors: list[tuple[float, str]] = []
        for optional, plain in _ITEM.findall(line):
            item = optional or plain
            if item == "~" and not steps:
                weak = True
            elif item in _GAPS:
                gap = _GAPS[item]
            elif item == "<":
                at_start = True
            elif item == ">":
                at_end = True
            elif item.startswith("!"):
                refused |= self._bit(item[1:], line)
            else:
                bit = self._bit(item, line)
                steps.append(Step(bit, gap, bool(optional)))
                gap = 0
                if not optional:
                    required |= bit
                    anchors.append((self._commonness(item), item))
        if not anchors:
            raise BadPhrase(f"The phrase “{line}” of {owner} has no word that must be there.")
        return Phrase(
            owner=owner,
            text=line,
            weak=weak,
            steps=tuple(steps),
            required=required,
            refused=refused,
            at_start=at_start,
            at_end=at_end,
            anchor=min(anchors)[1],
        )

    def _bit(self, atom: str, line: str) -> int:
        """The bit of an atom; a new one files its words, stems and ranges."""
        if atom in self._atoms:
            return 1 << self._atoms[atom]
        number = self._atoms[atom] = len(self._atoms)
        for word in self._words_of(atom, line):
            span = _RANGE.fullmatch(word)
            if span:
                self._ranges.append((int(span[1] or 0), int(span[2] or 10**9), number))
            elif word.endswith("*"):
                self._stems.setdefault(word[:-1], set()).add(number)
            else:
                self._exact.setdefault(word, set()).add(number)
        return 1 << number

    def _words_of(self, atom: str, line: str) -> list[str]:
        words: list[str] = []
        for word in anyascii(atom).lower().split("|"):  # accents may be written, for the reader's sake
            if word.startswith("@"):
                if word[1:] not in self._classes:
                    raise BadPhrase(f"The phrase “{line}” names the class {word}, which does not exist.")
                words.extend(self._classes[word[1:]])
            elif _RANGE.fullmatch(word) or re.fullmatch(r"[a-z0-9]+\*?", word):
                words.append(word)
            else:
                raise BadPhrase(f"The phrase “{line}” has the word “{word}”, which folding never gives.")
        return words

    def _commonness(self, atom: str) -> float:
        """How often a word of the atom comes; phrases are filed under the least frequent atom."""
        total = 0.0
        for word in self._words_of(atom, atom):
            if word.startswith("#"):
                total += _NUMBER_FREQUENCY
            elif word.endswith("*"):
                total += 1 + sum(count for known, count in self._frequency.items() if known.startswith(word[:-1]))
            else:
                total += self._frequency.get(word, 1)
        return total


def _expand(name: str, classes: Mapping[str, str], above: tuple[str, ...]) -> tuple[str, ...]:
    if name in above or name not in classes:
        raise BadPhrase(f"The word class @{name} is missing or holds itself.")
    words: list[str] = []
    for word in classes[name].split():
        words.extend(_expand(word[1:], classes, (*above, name)) if word.startswith("@") else [word])
    return tuple(words)


def _walk(phrase: Phrase, masks: Sequence[int], words: Sequence[str]) -> Match | None:
    """The first place where the steps follow each other within their gaps; None when there is none."""
    starts = range(1) if phrase.at_start else range(len(masks))
    first = phrase.steps[0]
    for start in starts:
        if masks[start] & first.bit or first.optional or (phrase.at_start and first.gap):
            end = _follow(phrase, masks, words, 0, start)
            if end is not None:
                return Match(phrase, start, end)
    return None


def _follow(phrase: Phrase, masks: Sequence[int], words: Sequence[str], number: int, at: int) -> int | None:
    """The place behind the last step, when the steps from `number` on fit from word `at` on; None otherwise."""
    if number == len(phrase.steps):
        return at if not phrase.at_end or _only_signs(words, at) else None
    step = phrase.steps[number]
    gap = step.gap if number or phrase.at_start else 0
    for place in range(at, min(at + gap + 1, len(masks))):
        if masks[place] & step.bit:
            end = _follow(phrase, masks, words, number + 1, place + 1)
            if end is not None:
                return end
        if words[place] == "0end":
            break
    if not step.optional:
        return None
    return (
        _follow(_widened(phrase, number), masks, words, number + 1, at)
        if gap
        else _follow(phrase, masks, words, number + 1, at)
    )


def _widened(phrase: Phrase, number: int) -> Phrase:
    """The phrase with the gap of an absent word handed to the next one."""
    steps = list(phrase.steps)
    if number + 1 < len(steps):
        following = steps[number + 1]
        steps[number + 1] = Step(following.bit, max(following.gap, steps[number].gap), following.optional)
    return msgspec.structs.replace(phrase, steps=tuple(steps))


def _only_signs(words: Sequence[str], at: int) -> bool:
    return all(word[0] == "0" for word in words[at:])
