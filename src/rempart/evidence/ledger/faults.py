"""What a verification says: one statement per fault, with its place, in words of `faults.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from rempart.errors import Phrase
from rempart.wording import Lang, wording

_SENTENCES = Path(__file__).with_name("faults.toml")
MOST_TOLD = 1_000  # faults named one by one; a ledger replaced as a whole would give millions


class Code(StrEnum):
    """What is wrong, or was not judged."""

    CHECKPOINT_MISSING = "checkpoint_missing"
    CHECKPOINT_MALFORMED = "checkpoint_malformed"
    SIGNATURE_WRONG = "signature_wrong"
    COSIGNATURE_WRONG = "cosignature_wrong"
    SIGNATURE_UNKNOWN = "signature_unknown"
    SIGNATURE_TWICE = "signature_twice"
    ROOT_WRONG = "root_wrong"
    FILE_MISSING = "file_missing"
    FILE_UNREADABLE = "file_unreadable"
    FILE_EXTRA = "file_extra"
    FILE_BEYOND = "file_beyond"
    FILE_LEFTOVER = "file_leftover"
    ENTRY_ALTERED = "entry_altered"
    ENTRY_MOVED = "entry_moved"
    ENTRY_MISSING = "entry_missing"
    ENTRY_REPEATED = "entry_repeated"
    ENTRY_INSERTED = "entry_inserted"
    ENTRIES_BROKEN = "entries_broken"
    TILE_ALTERED = "tile_altered"
    TILE_SIZE = "tile_size"
    SUBTREE_WRONG = "subtree_wrong"
    PARTIAL_ALTERED = "partial_altered"
    WITNESSED_UNUSABLE = "witnessed_unusable"
    WITNESSED_ELSEWHERE = "witnessed_elsewhere"
    ROLLED_BACK = "rolled_back"
    FORKED = "forked"
    STAMP_REQUEST_ALTERED = "stamp_request_altered"
    STAMP_ALTERED = "stamp_altered"
    STAMP_WRONG = "stamp_wrong"
    STAMP_INCOMPLETE = "stamp_incomplete"
    NOT_JUDGED_FILES = "not_judged_files"
    NOT_JUDGED_SIGNATURE = "not_judged_signature"
    NOT_JUDGED_WITNESS = "not_judged_witness"
    NOT_JUDGED_KEY = "not_judged_key"
    NOT_JUDGED_ROWS = "not_judged_rows"
    NOT_JUDGED_STAMPS = "not_judged_stamps"
    NOT_JUDGED_ROOT = "not_judged_root"


_PASSING = {Code.FILE_BEYOND, Code.FILE_LEFTOVER, Code.STAMP_INCOMPLETE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One statement. place: a file of the ledger, or the name of a checkpoint given. entry: from 0, where it is known.

    told: the other fields of the sentence; a Phrase is translated with it.
    """

    code: Code
    place: str
    entry: int | None = None
    told: tuple[tuple[str, str | int], ...] = ()

    @property
    def may_pass(self) -> bool:
        """True for what a signer at work looks like for a moment; verifying again decides."""
        return self.code in _PASSING

    def sentence(self, lang: Lang = "en") -> str:
        """The statement in words."""
        words = wording(lang)
        told = {name: words.text(value) if isinstance(value, Phrase) else value for name, value in self.told}
        return _sentences(lang)[self.code].format(place=self.place, entry=self.entry, **told)


def fault(code: Code, place: str, *, entry: int | None = None, **told: str | int) -> Fault:
    """A statement, its fields by name."""
    return Fault(code=code, place=place, entry=entry, told=tuple(told.items()))


@lru_cache(maxsize=2)
def _sentences(lang: Lang) -> Mapping[str, str]:
    tables = tomllib.loads(_SENTENCES.read_text("utf-8"))
    return {code: tables[code][lang] for code in Code}
