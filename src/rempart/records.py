"""Records that several packages share: pointers into sealed bytes, and what could not be examined."""

from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """How well a reader or a signal is backed. Source: iLEAPP claims rule (evidence tiers)."""

    DATA_PROVEN = "data-proven"  # exercised on real exports of the format
    SOURCE_VERIFIED = "source-verified"  # written from the writing program's source or a published text
    UNEXERCISED = "unexercised"  # written from a description only


class Strength(StrEnum):
    """What a statement may do: a strong one may count towards an alert, a weak one is context."""

    STRONG = "strong"
    WEAK = "weak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """Pointer into sealed bytes: which exhibit, which part of it, which bytes [start, end)."""

    exhibit_sha256: str
    part: str  # path inside a folder or archive; "" when the exhibit is one file
    byte_start: int
    byte_end: int

    @property
    def locator(self) -> str:
        """The pointer as text, `sha256:<12 hex>/<part>@<start>-<end>`, short enough to print."""
        return f"sha256:{self.exhibit_sha256[:12]}/{self.part}@{self.byte_start}-{self.byte_end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotExamined:
    """Something that was not looked at, and why: the third answer beside found and not found.

    one, many: what, in English, with a `{count}` field; the faces translate them. reason: why, in English.
    """

    one: str
    many: str
    number: int
    reason: str
