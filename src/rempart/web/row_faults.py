"""What the comparison of a site with its ledger says: one statement per fault, in words of `row_faults.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from rempart.wording import Lang

_SENTENCES = Path(__file__).with_name("row_faults.toml")


class RowCode(StrEnum):
    """What is not as it was received."""

    LEAF_MISSING = "leaf_missing"
    LEAF_ADDED = "leaf_added"
    LEAF_ALTERED = "leaf_altered"
    LEAF_BROKEN = "leaf_broken"
    LEAF_MISPLACED = "leaf_misplaced"
    LEAF_LOST = "leaf_lost"
    ROW_MISSING = "row_missing"
    ROW_BYTES_ALTERED = "row_bytes_altered"
    ROW_ALTERED = "row_altered"
    ROW_UNPROVED = "row_unproved"
    EXHIBIT_MISSING = "exhibit_missing"
    EXHIBIT_ALTERED = "exhibit_altered"
    EXHIBIT_LEFT = "exhibit_left"
    EVENT_ALTERED = "event_altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFault:
    """One statement. place: for programs, `leaf 3`, `door_message <key>` or `exhibit <address>`; entry: of the leaf, from 0.

    told: the other fields of the sentence. is_journal: the leaf is one of the journal; its place is `journal leaf 3` then.
    """

    code: RowCode
    place: str
    entry: int | None = None
    told: tuple[tuple[str, str | int], ...] = ()
    is_journal: bool = False

    def sentence(self, lang: Lang = "en") -> str:
        """The statement in words."""
        sentence = _sentences(lang)[self.code].format(entry=self.entry, **dict(self.told))
        return _sentences(lang)["journal"].format(sentence=sentence) if self.is_journal else sentence


def leaf_fault(
    code: RowCode, entry: int, *, told: Mapping[str, str | int] | None = None, is_journal: bool = False
) -> SiteFault:
    """A statement on a leaf of the ledger or of the journal, or on the row that it proves."""
    place = f"journal leaf {entry}" if is_journal else f"leaf {entry}"
    return SiteFault(code=code, place=place, entry=entry, told=tuple((told or {}).items()), is_journal=is_journal)


def unproved_fault(table: str, *, key: str) -> SiteFault:
    """A row that no leaf proves."""
    return SiteFault(code=RowCode.ROW_UNPROVED, place=f"{table} {key}", told=(("table", table), ("key", key)))


def exhibit_fault(code: RowCode, address: str) -> SiteFault:
    """A statement on a sealed file, which the beginning of its address names."""
    short = address[:12]
    return SiteFault(code=code, place=f"exhibit {short}", told=(("address", short),))


@lru_cache(maxsize=2)
def _sentences(lang: Lang) -> Mapping[str, str]:
    tables = tomllib.loads(_SENTENCES.read_text("utf-8"))
    return {code: tables[code][lang] for code in (*RowCode, "journal")}
