"""What the entries of a bundle hash to, and which of them are not what they should be."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from rempart.evidence.ledger.faults import Code, Fault, fault
from rempart.evidence.ledger.layout import Tile
from rempart.evidence.ledger.merkle import HASH_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleHashes:
    """The leaf hashes of the entries that could be read. is_whole: the lengths led to the end of the bundle."""

    hashes: bytes
    is_whole: bool

    @property
    def count(self) -> int:
        """How many entries could be read."""
        return len(self.hashes) // HASH_BYTES


def hash_bundle(untrusted_bundle: bytes) -> BundleHashes:
    """The leaf hashes of a bundle, as far as it can be read."""
    found: list[bytes] = []
    at, end = 0, len(untrusted_bundle)
    while at + 1 < end:
        stop = at + 2 + (untrusted_bundle[at] << 8 | untrusted_bundle[at + 1])
        found.append(sha256(b"\0" + untrusted_bundle[at + 2 : stop]).digest())
        at = stop
    if at > end:
        found.pop()  # its length leads beyond the end
    return BundleHashes(hashes=b"".join(found), is_whole=at == end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A fault of an entry; held and wanted: its hash and the right one, None where entries are shifted."""

    fault: Fault
    held: bytes | None = None
    wanted: bytes | None = None


def compare_entries(bundle: BundleHashes, *, right: bytes, tile: Tile) -> Iterator[Stray]:
    """What is wrong with the entries of a bundle, given the right leaf hashes; in the order of entries."""
    held, wanted = _split(bundle.hashes), _split(right)
    if bundle.is_whole and len(held) == len(wanted):
        for number, (have, want) in enumerate(zip(held, wanted, strict=True), start=tile.first_entry):
            if have != want:
                yield Stray(fault=fault(Code.ENTRY_ALTERED, tile.path, entry=number), held=have, wanted=want)
    else:
        yield Stray(fault=_shifted(held, wanted, is_whole=bundle.is_whole, tile=tile))


def _shifted(held: list[bytes], wanted: list[bytes], *, is_whole: bool, tile: Tile) -> Fault:
    """The fault of a bundle with too few or too many entries: one out, one in, or broken from somewhere on."""
    same = _common(held, wanted)
    entry = tile.first_entry + same
    if is_whole and len(held) + 1 == len(wanted) and held[same:] == wanted[same + 1 :]:
        return fault(Code.ENTRY_MISSING, tile.path, entry=entry)
    if is_whole and len(held) == len(wanted) + 1 and held[same + 1 :] == wanted[same:]:
        if held[same] in wanted:
            other = tile.first_entry + wanted.index(held[same])
            return fault(Code.ENTRY_REPEATED, tile.path, entry=entry, other=other)
        return fault(Code.ENTRY_INSERTED, tile.path, entry=entry)
    return fault(Code.ENTRIES_BROKEN, tile.path, entry=entry, found=len(held), expected=len(wanted))


def name_moved(strays: list[Stray]) -> list[Fault]:
    """The faults, those entries named that hold what belongs elsewhere among the strays."""
    places = {stray.wanted: stray.fault.entry for stray in strays if stray.wanted}
    found = []
    for stray in strays:
        other = places.get(stray.held) if stray.held else None
        one = stray.fault
        if other is not None and one.entry is not None:
            one = fault(Code.ENTRY_MOVED, one.place, entry=one.entry, other=other)
        found.append(one)
    return found


def _split(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def _common(one: list[bytes], other: list[bytes]) -> int:
    """How many hashes both begin with."""
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)
