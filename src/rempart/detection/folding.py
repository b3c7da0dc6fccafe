"""Folds chat text to plain words, so that one phrase meets its many spellings.

Handles case, accents, look-alike letters, SMS spelling, verlan, leetspeak, stretched letters, joined pronouns,
clock times, money signs and some emoji. A word is folded once and remembered: chats repeat their words.
The words of a language (spellings, verlan, classes) are data: `languages/<code>.toml`.

Special words begin with 0, which no folded word does: `0end` (end of a sentence), `0q` (question mark),
`0time` (16h30, 5 pm, 17:45), `0hush`, `0camera`, `0gift` … (emoji). Digits stay digits.
"""

import re
import tomllib
import unicodedata
from importlib import resources

import msgspec
from anyascii import anyascii

LANGUAGES = ("fr", "en")  # the order in which texts are folded; a new one needs languages/<code>.toml and phrases
_MEMORY = 1 << 19  # distinct spellings remembered per language; emptied when full, so memory stays flat
_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i"}
)
_LEET_L = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
# Letters of other alphabets that look Latin; source: Unicode TR39 confusables, the lower-case ones in use.
_LOOK_ALIKE = str.maketrans("аеорсухѕіјһԁɡкмтвнαειοντυρκ", "aeopcyxsijhdgkmtbhaeiovtupk")
_STRETCH = re.compile(r"(.)\1{2,}")
_DOUBLE = re.compile(r"(.)\1+")
_NUMBER_WORD = re.compile(r"([0-9]{1,6})([^\W\d_]{1,12})")
_PAUSE = re.compile(r"\.{2,}|[!…]+")  # trailing off or shouting ends no sentence
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'"})
# One word of a chat: a clock time, a number, a word (with @ or $ or ! inside, for leetspeak), a sign, an emoji.
_TOKEN = re.compile(
    r"(?P<time>\b[0-2]?[0-9](?:\s?h\s?[0-5][0-9]\b|\s?h(?:eures?)?\b|[:.][0-5][0-9]\s?[ap]\.?m\b|:[0-5][0-9]\b|\s?[ap]\.?m\b|\s?o'?clock\b))"
    r"|\w+(?:[@$!]\w+)*'?"
    r"|[?!.;\n…]+|[€$£]|[\U0001F300-\U0001FAFF\u2600-\u27BF\u23F0-\u23FA]"
)


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one language: `spellings` word -> folded words, `glued` prefixes that SMS joins to verbs, `classes`."""

    code: str
    version: str
    spellings: dict[str, str]
    glued: dict[str, str]
    emoji: dict[str, str]
    classes: dict[str, str]
    frequency: dict[str, int]  # of the commonest words, per 100,000: phrases are filed under their rarest


def load_language(code: str) -> Language:
    """The word tables of `code`. Raises: KeyError-free msgspec.ValidationError when the file is not of the form."""
    raw = resources.files("rempart.detection").joinpath("languages", f"{code}.toml").read_bytes()
    return msgspec.convert(tomllib.loads(raw.decode("utf-8")), Language)


def split(text: str) -> list[tuple[str, int, int]]:
    """The raw words of a text with their character ranges, in order."""
    return [(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(_plain(text))]


def _plain(text: str) -> str:
    """Lower case and plain apostrophes, letter for letter, so that positions stay true."""
    lowered = text.lower()
    return (lowered if len(lowered) == len(text) else text.casefold()[: len(text)]).translate(_APOSTROPHES)


class Folder:
    """Folds words of one language; `known` are the words that phrases ask for, which settle doubtful spellings."""

    def __init__(self, language: Language, known: frozenset[str]) -> None:
        self._language = language
        self._known = known | frozenset(" ".join(language.spellings.values()).split()) | frozenset(language.frequency)
        self._memory: dict[str, tuple[str, ...]] = {}

    def fold(self, text: str) -> list[str]:
        """The folded words of a text, in order."""
        words: list[str] = []
        memory = self._memory
        for match in _TOKEN.finditer(_plain(text)):
            raw = match.group()
            folded = memory.get(raw)
            if folded is None:
                folded = self._remember(raw)
            words.extend(folded)
        return words

    def fold_with_ranges(self, text: str) -> tuple[list[str], list[tuple[int, int]]]:
        """The folded words, and for each the character range [start, end) it came from."""
        words: list[str] = []
        ranges: list[tuple[int, int]] = []
        for raw, start, end in split(text):
            for word in self._remember(raw):
                words.append(word)
                ranges.append((start, end))
        return words, ranges

    def _remember(self, raw: str) -> tuple[str, ...]:
        known = self._memory.get(raw)
        if known is not None:
            return known
        if len(self._memory) >= _MEMORY:
            self._memory.clear()
        folded = self._memory[raw] = tuple(self._fold_word(raw))
        return folded

    def _fold_word(self, raw: str) -> list[str]:
        if raw[0] in "?!.;\n…":
            return ["0q"] if "?" in raw else [] if _PAUSE.fullmatch(raw) else ["0end"]
        if emoji := self._language.emoji.get(raw[0]):
            return [emoji]
        if raw[0].isdigit() and not raw.isdecimal() and _TOKEN.fullmatch(raw) and _is_time(raw):
            return ["0time"]
        if raw in "€$£":
            return self._language.spellings.get(raw, "").split()
        plain = unicodedata.normalize("NFKC", raw)
        if plain in self._language.spellings:  # with its apostrophe: c' is no SMS for “c'est”
            return self._language.spellings[plain].split()
        look_alike = _ascii(plain.translate(_LOOK_ALIKE))
        word = look_alike if look_alike in self._known else _ascii(plain)
        return self._spell(word) if word else []

    def _spell(self, word: str) -> list[str]:
        """The first spelling that is known: as written, a listed one, unstretched, without leetspeak, unglued."""
        spellings = self._language.spellings
        for form in _forms(word):
            if form in spellings:
                return spellings[form].split()
            if form in self._known:
                return [form]
        if number := _NUMBER_WORD.fullmatch(word):
            return [number[1], *self._spell(number[2])]
        for prefix, words in self._language.glued.items():
            rest = word.removeprefix(prefix)
            if rest != word and len(rest) > 2 and (rest in self._known or rest in spellings):
                return [*words.split(), *(spellings[rest].split() if rest in spellings else [rest])]
        return [_plainest(word)]


def _ascii(text: str) -> str:
    return anyascii(text).lower().strip("_ '")


def _is_time(raw: str) -> bool:
    match = _TOKEN.fullmatch(raw)
    return match is not None and match["time"] is not None


def _forms(word: str) -> list[str]:
    """Ways to read the word, the plainest first."""
    forms = [word]
    if _STRETCH.search(word):
        forms += [_STRETCH.sub(r"\1\1", word), _STRETCH.sub(r"\1", word), _DOUBLE.sub(r"\1", word)]
    if not word.isalpha() and not word.isdecimal() and re.search(r"[a-z]", word):
        forms += [form.translate(table) for form in tuple(forms) for table in (_LEET, _LEET_L)]
    return forms


def _plainest(word: str) -> str:
    """An unknown word, without stretching, and without leetspeak when that leaves only letters."""
    squeezed = _STRETCH.sub(r"\1\1", word)
    if len(squeezed) > 3 and not squeezed.isalpha() and squeezed[0].isalpha():
        letters = squeezed.translate(_LEET)
        return letters if letters.isalpha() else squeezed
    return squeezed
