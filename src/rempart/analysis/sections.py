"""What pages open of the readings over all tables: known files, identities, network, each in one piece, with places of messages.

A place is the position of a message in the conversation view (`outline`). Everything here proposes; nothing says who somebody is.
"""

from datetime import datetime

import msgspec

from rempart.analysis.identities_document import IdentitiesShown
from rempart.analysis.known_document import KnownFiles
from rempart.analysis.network_document import NetworkShown
from rempart.analysis.record import Document

KNOWN, IDENTITIES, NETWORK = "known", "identities", "network"
SPOTS = 200  # members whose messages stand in one piece


class Spots(Document, frozen=True, kw_only=True, omit_defaults=True):
    """Messages behind a number: how many there are, and the places of the first."""

    total: int = 0
    first: tuple[int, ...] = ()


class KnownSection(Document, frozen=True, kw_only=True):
    """Known files. spots: of the messages that carry each of `told.files`, in parallel."""

    told: KnownFiles
    spots: tuple[Spots, ...]


class HeldIdentifier(Document, frozen=True, kw_only=True, omit_defaults=True):
    """A row of the identifiers. basis: export, stated or service; times: places that hold it; at: place of the first message, where one does."""

    account: str
    kind: str
    value: str
    basis: str
    source: str
    exhibit: str
    order: int = 0
    times: int = 1
    first_at: datetime | None = None
    last_at: datetime | None = None
    row: int | None = None
    at: int | None = None


class IdentitiesSection(Document, frozen=True, kw_only=True):
    """Identities. shared: places that state each of `told.shared`, in parallel. held: identifiers that can be joined exactly, of
    everybody, and all that is known of the accounts proposed; at most MAX_HELD of `held_total`.
    """

    told: IdentitiesShown
    shared: tuple[Spots, ...]
    held: tuple[HeldIdentifier, ...]
    held_total: int


class MemberLine(Document, frozen=True, kw_only=True, omit_defaults=True):
    """A member. values: in the order of `told.measures`, None where not examined. country: by the telephone prefix; zone: likeliest
    hours east of UTC; community: from 1; actor: the id in the table of key actors.
    """

    account: str
    names: tuple[str, ...] = ()
    values: tuple[float | None, ...] = ()
    roles: tuple[str, ...] = ()
    community: int | None = None
    held: float = 0.0
    country: str | None = None
    language: str | None = None
    zone: int | None = None
    actor: str | None = None

    @property
    def name(self) -> str:
        """The last name shown, else the id."""
        return self.names[-1] if self.names else self.account


class Dot(Document, frozen=True, array_like=True):
    """A member of the drawing, by its place in `members`. x, y in [0, 1], y downwards; size in [0, 1] grows with the sendings."""

    member: int
    x: float
    y: float
    size: float


class NetworkSection(Document, frozen=True, kw_only=True):
    """The network. told: without its lists of members, which are here, those first whom the told order puts first.

    members: at most MAX_MEMBERS of `members_total`. dots: the drawing; lines: (dot, dot, how much they share).
    """

    told: NetworkShown
    members: tuple[MemberLine, ...]
    members_total: int
    dots: tuple[Dot, ...]
    lines: tuple[tuple[int, int, int], ...]


class MemberSpots(Document, frozen=True, kw_only=True):
    """The messages behind each measure of a member, in the order of the measures."""

    account: str
    spots: tuple[Spots, ...]


def spots_name(member: int) -> str:
    """The name of the piece with the messages of a member."""
    return f"spots-{member // SPOTS:05}"


def encode_section(section: "KnownSection | IdentitiesSection | NetworkSection | list[MemberSpots]") -> bytes:
    """A piece as JSON, to be sealed."""
    return msgspec.json.encode(section)


_KNOWN, _IDENTITIES = msgspec.json.Decoder(KnownSection), msgspec.json.Decoder(IdentitiesSection)
_NETWORK, _SPOTS = msgspec.json.Decoder(NetworkSection), msgspec.json.Decoder(tuple[MemberSpots, ...])


def decode_known(raw: bytes) -> KnownSection:
    """Known files. Raises: msgspec.ValidationError when it is not that."""
    return _KNOWN.decode(raw)


def decode_identities(raw: bytes) -> IdentitiesSection:
    """Identities. Raises: msgspec.ValidationError when it is not that."""
    return _IDENTITIES.decode(raw)


def decode_network(raw: bytes) -> NetworkSection:
    """The network. Raises: msgspec.ValidationError when it is not that."""
    return _NETWORK.decode(raw)


def decode_spots(raw: bytes) -> tuple[MemberSpots, ...]:
    """Messages of members. Raises: msgspec.ValidationError when it is not that."""
    return _SPOTS.decode(raw)
