"""Whose a number or an e-mail in a message is said to be: the writer's own, somebody else's, or nobody's in particular.

Words decide, in the sentence around the value, and somebody else stands before the writer: "my friend's new number", "call my mother
on …" are not one's own, whatever else the sentence says. What is forwarded is somebody else's words. A sentence may also lie, or joke.
Tier: source-verified; measured on invented sentences only.
"""

import re
import tomllib
import unicodedata
from enum import StrEnum
from functools import lru_cache
from importlib import resources

BEFORE_CHARS = 80  # of the sentence before the value
AFTER_CHARS = 40
_SENTENCE_END = re.compile(r"[!?\n]|(?<!tel)(?<!num)(?<!no)\.\s")
_CLAUSE_END = re.compile(r"[,;!?\n]|\.\s")
_VALUE_END = re.compile(r"[^\s,;]*@[^\s,;]+|\+?[\d\s().\-/\u00a0]{6,}")  # also of the value before
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "`": "'"})


class Claim(StrEnum):
    """What the message says of the value."""

    OWN = "own"
    UNCLEAR = "unclear"
    OTHERS = "others"


def claim_of(text: str, *, start: int) -> Claim:
    """What `text` says of the number or e-mail that begins at character `start` of it."""
    own, own_after, others = _cues()
    before = _before(text[max(0, start - BEFORE_CHARS) : start])
    if others.search(before):
        return Claim.OTHERS
    rest = text[start:]
    value = _VALUE_END.match(rest)
    after = _folded(rest[value.end() if value else 0 :][:AFTER_CHARS])
    after = _cut(after, _VALUE_END)
    mine = own.search(before) is not None
    if others.search(_cut(after, _CLAUSE_END if mine else _SENTENCE_END)):
        return Claim.OTHERS
    return Claim.OWN if mine or own_after.search(after) else Claim.UNCLEAR


def _before(text: str) -> str:
    """The part of the sentence between the value before, if any, and this one."""
    folded = _folded(text)
    for end in (_VALUE_END, _SENTENCE_END):
        places = [hit.end() for hit in end.finditer(folded)]
        folded = folded[places[-1] :] if places else folded
    return folded


def _cut(text: str, end: re.Pattern[str]) -> str:
    found = end.search(text)
    return text[: found.start()] if found else text


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).replace("œ", "oe").casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


@lru_cache(maxsize=1)
def _cues() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    raw = tomllib.loads(resources.files("rempart.identities").joinpath("claims.toml").read_text("utf-8"))
    own, after, others = (re.compile("|".join(raw[name])) for name in ("own", "own_after", "others"))
    return own, after, others
