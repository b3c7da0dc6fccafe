"""What else may explain that two accounts look like one person: told with every suggestion, never left to the reader's memory."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from rempart.identities.hard import APART_DAYS, Edge

_DAY_US = 86_400_000_000


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
    """The rivals of a pair. left, right: rows of FEATURES; agree: comparison -> code of its level; edges: of this pair."""
    found: list[Rival] = []
    number = any(edge.kind == "phone" for edge in edges) or agree.get("phone") == "same"
    name, handle = agree.get("name"), agree.get("handle")
    apart = _apart(left, right)
    if any(edge.kind == "phone" and edge.time in ("apart", "unknown") for edge in edges) or (
        number and apart is not False
    ):
        found.append(Rival.RECYCLED_NUMBER)
    if number and (name in ("other", None, "short") or any(edge.shared for edge in edges)):
        found.append(Rival.FAMILY_PHONE)
    if (number or agree.get("email") == "same") and apart is False and name != "same":
        found.append(Rival.SHARED_DEVICE)
    if name in ("same", "close", "consonants", "short", "earlier") and not number and agree.get("email") != "same":
        found.append(Rival.HOMONYM)
    same_service = left["platform"] == right["platform"]
    if same_service and apart is False and name in ("same", "close") and not number and agree.get("email") != "same":
        found.append(Rival.IMITATION)
    if handle == "same" and (not same_service or apart is not False):
        found.append(Rival.HANDLE_REUSED)
    if any(not edge.own for edge in edges):
        found.append(Rival.GIVEN_BY_ANOTHER)
    return tuple(found)


def _apart(left: Row, right: Row) -> bool | None:
    """Whether the one was last seen APART_DAYS or more before the other came; None where that is not known."""
    ends = [row[name] for row in (left, right) for name in ("first_us", "last_us")]
    known = [end for end in ends if isinstance(end, int)]
    if len(known) < len(ends):
        return None
    return max(known[0], known[2]) - min(known[1], known[3]) >= APART_DAYS * _DAY_US
