"""What an analysis found over all messages together, small and invented: two accounts that share files, one pair proposed, one file listed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from rempart.analysis.sections import (
    IDENTITIES,
    KNOWN,
    NETWORK,
    Dot,
    HeldIdentifier,
    IdentitiesSection,
    KnownSection,
    MemberLine,
    MemberSpots,
    NetworkSection,
    Spots,
    encode_section,
    spots_name,
)
from rempart.network.measures import load_measures

BOB, ZOE = {"account": "t:1", "name": "Bob"}, {"account": "t:2", "name": "Zoe"}
LISTED = "Listed by Member 3 as category 2 on 2026-10-01, says the list “Partner”."
SHARED = "Both accounts have the phone number +33639980001. Both were seen with it at the same time."
SAME_NAME = "The two names differ by one or two letters."
HOMONYM = "Two people may bear the same or a similar name."
Section = TypeVar("Section", KnownSection, IdentitiesSection, NetworkSection)
_AT = datetime(2026, 11, 1, 18, 3, tzinfo=UTC)


@lru_cache(maxsize=1)
def small_sections() -> Mapping[str, bytes]:
    """Every piece by its name; places are those of the twelve messages of `furnished`."""
    sections = (
        (KNOWN, known_section()),
        (IDENTITIES, identities_section()),
        (NETWORK, network_section()),
        (spots_name(0), member_spots()),
    )
    return {name: encode_section(section) for name, section in sections}


def known_section() -> KnownSection:
    """One file on one list."""
    listed = {
        "list_id": "partner", "listing_row": 7, "sentence": LISTED, "method": "sha256", "distance": 0, "frame_s": None,
        "contradicted": False, "scheme": None, "country": None, "code": "2",
    }  # fmt: skip
    file = {
        "id": "F1", "sha256": "ef" * 32, "accounts": 1, "first_at": _AT, "listed": [listed], "messages": {"total": 1, "first": []},
    }  # fmt: skip
    asked = {
        "list_id": "partner", "name": "Partner", "versions": ["3"], "known_good": False, "messages": 1, "files": 1, "alike": 0,
    }  # fmt: skip
    told = {
        "asked": True, "media": 4, "compared": 3, "likened": 0, "lists": [asked], "files": [file], "files_total": 1, "set_aside": 0,
        "not_examined": [{"what": "1 medium", "reason": "no digest"}],
    }  # fmt: skip
    return _made({"told": told, "spots": [{"total": 1, "first": [3]}]}, KnownSection)


def identities_section() -> IdentitiesSection:
    """One pair by the model, with an identifier that both hold."""
    suggestion = {
        "id": "I1", "left": BOB, "right": ZOE, "probability": 0.97, "bits": 6.1,
        "reasons": [{"comparison": "name", "level": "close", "bits": 4.2, "sentence": SAME_NAME}], "rivals": [HOMONYM],
    }  # fmt: skip
    shared = {
        "id": "H1", "left": BOB, "right": ZOE, "kind": "phone", "value": "+33639980001", "basis": ["export", "export"],
        "time": "same_time", "from_at": None, "to_at": None, "gap_days": None, "holders": 2, "shared": False, "sentence": SHARED,
        "messages": {"total": 1, "first": []},
    }  # fmt: skip
    told = {
        "accounts": 2, "identifiers": 3, "comparison": {"library": "splink", "seed": 1, "threshold": 0.95, "measured": False, "trained": False},
        "shared": [shared], "shared_total": 1, "groups": [], "groups_total": 0, "suggestions": [suggestion], "suggestions_total": 1,
        "names": [], "names_total": 0, "not_examined": [],
    }  # fmt: skip
    section = _made(
        {"told": told, "shared": [{"total": 1, "first": [4]}], "held": [], "held_total": 3}, IdentitiesSection
    )
    return msgspec.structs.replace(section, held=(held("t:1", "+33639980001", at=4), held("t:2", "+33639980001")))


def held(account: str, value: str, *, at: int | None = None) -> HeldIdentifier:
    """A number of an account, in its export."""
    return HeldIdentifier(
        account=account,
        kind="phone",
        value=value,
        basis="export",
        source="accounts.phone",
        exhibit="cd" * 32,
        first_at=_AT,
        last_at=_AT,
        at=at,
    )


def network_section() -> NetworkSection:
    """Bob brought two files and wrote to a child's account; Zoe passed one on."""
    empty: dict[str, Any] = {"members": 0, "gini": None, "tops": [], "curve": []}
    country = {"code": "FR", "name": "France", "accounts": 1, "first": [], "candidates": ["FR"]}
    told = {
        "members": 2, "sharers": 2, "files": 2, "sendings": 3, "lists_asked": True, "first_at": None, "last_at": None,
        "measures": [
            {"code": one.code, "unit": one.unit, "title": one.en, "means": one.means_en, "does_not_mean": one.not_en, "source": one.source}
            for one in load_measures()
        ],
        "actors": [], "bringers": [], "bringers_total": 1, "bridges": [], "bridges_total": 0, "what_if": [], "concentration": empty,
        "communities": [{"number": 1, "members": 2, "files": 1, "stability": 0.9, "first": []}], "communities_total": 1,
        "zones": {"examined": 0, "unknown": 2, "crowd": []},
        "countries": {"accounts": 2, "by_phone": [country], "phone_unknown": 1, "by_language": [], "language_unknown": 2},
        "departments": {"accounts": 2, "stated": [], "unknown": 2}, "picture": None,
        "method": {"engine": "duckdb", "library": "igraph", "seed": 1, "runs": 10, "sources": 2},
        "not_examined": [{"what": "1 file", "reason": "its bytes were not read"}],
    }  # fmt: skip
    section = _made({"told": told, "members": [], "members_total": 2, "dots": [], "lines": []}, NetworkSection)
    bob = MemberLine(account="t:1", names=("Robert", "Bob"), values=_values(child_contact=1, introduced_unlisted=1, introduced=2, unlisted_files=1, listed_files=1, files=2, shares=2, messages=6), community=1, held=0.9, country="FR", actor="K1")  # fmt: skip
    zoe = MemberLine(account="t:2", names=("Zoe",), values=_values(files=1, shares=1, messages=6, listed_files=1), community=1)  # fmt: skip
    return msgspec.structs.replace(
        section, members=(bob, zoe), dots=(Dot(0, 0.2, 0.3, 1.0), Dot(1, 0.8, 0.7, 0.4)), lines=((0, 1, 1),)
    )


def member_spots() -> list[MemberSpots]:
    """Every number of both rests on one message."""
    return [
        MemberSpots(
            account=member.account,
            spots=tuple(Spots(total=int(value), first=(place,)) if value else Spots() for value in member.values),
        )
        for place, member in ((3, network_section().members[0]), (5, network_section().members[1]))
    ]


def _values(**told: float) -> tuple[float | None, ...]:
    """0 for what is not told; one measure was not examined."""
    return tuple(None if one.code == "reach" else float(told.get(one.code, 0)) for one in load_measures())


def _made(told: dict[str, Any], kind: type[Section]) -> Section:
    return msgspec.convert(told, kind)
