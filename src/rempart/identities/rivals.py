"""What else may explain that two accounts look like one person: told with every suggestion, never left to the reader's memory."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from rempart.identities.hard import APART_DAYS, Edge

_DAY_US = 86_400_000_000
_FIRM = frozenset({"same", "export_stated", "stated"})


class Rival(StrEnum):
    """Another explanation; its sentence stands in `sentences`."""

    RECYCLED_NUMBER = "recycled_number"
    FAMILY_PHONE = "family_phone"
    SHARED_DEVICE = "shared_device"
    HOMONYM = "homonym"
    IMITATION = "imitation"
    HANDLE_REUSED = "handle_reused"
    GIVEN_BY_ANOTHER = "given_by_another"


Row = Mapping[str, object]


def rivals_of(left: Row, right: Row, *, agree: Mapping[str, str], edges: Sequence[Edge]) -> tuple[Rival, ...]:
    """The rivals of a pair. left, right: rows of FEATURES; agree: comparison -> code of its level; edges: of this pair.

    Where both only state a number, a message tells one instant of it; the accounts' own periods are then looked at, without a margin.
    """
    found: list[Rival] = []
    number = any(edge.kind == "phone" for edge in edges) or agree.get("phone") == "same"
    name, handle = agree.get("name"), agree.get("handle")
    mail = agree.get("email") in _FIRM
    apart = _apart(left, right)
    if any(_recycled(edge, left, right) for edge in edges) or (number and apart is not False):
        found.append(Rival.RECYCLED_NUMBER)
    if number and (name in ("other", None, "short") or any(edge.shared for edge in edges)):
        found.append(Rival.FAMILY_PHONE)
    if (number or mail) and apart is False and name != "same":
        found.append(Rival.SHARED_DEVICE)
    if name in ("same", "close", "consonants", "short", "earlier") and not number and not mail:
        found.append(Rival.HOMONYM)
    same_service = left["platform"] == right["platform"]
    if same_service and apart is False and name in ("same", "close") and not number and not mail:
        found.append(Rival.IMITATION)
    if handle == "same" and (not same_service or apart is not False):
        found.append(Rival.HANDLE_REUSED)
    if any(not edge.own for edge in edges):
        found.append(Rival.GIVEN_BY_ANOTHER)
    return tuple(found)


def _recycled(edge: Edge, left: Row, right: Row) -> bool:
    if edge.kind != "phone":
        return False
    if edge.bases == ("stated", "stated"):
        gap_us = _gap_us(left, right)
        return gap_us is None or gap_us > 0
    return edge.time in ("apart", "unknown")


def _apart(left: Row, right: Row) -> bool | None:
    """Whether the one was last seen APART_DAYS or more before the other came; None where that is not known."""
    gap_us = _gap_us(left, right)
    return None if gap_us is None else gap_us >= APART_DAYS * _DAY_US


def _gap_us(left: Row, right: Row) -> int | None:
    """Microseconds between the one and the other; 0 and less where both were seen at one time; None where not known."""
    ends = [row[name] for row in (left, right) for name in ("first_us", "last_us")]
    known = [end for end in ends if isinstance(end, int)]
    return max(known[0], known[2]) - min(known[1], known[3]) if len(known) == len(ends) else None
