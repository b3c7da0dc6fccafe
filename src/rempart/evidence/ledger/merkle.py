"""The Merkle tree of RFC 6962 with SHA-256: roots, proofs, and a frontier that grows leaf by leaf.

Hashes come as plain bytes: one hash is 32 bytes, several hashes are their concatenation, the first leaf first. So a
million leaves are one object, not a million.
Proofs are made from `node(height, number)`, the root of the complete subtree of 2**height leaves that begins at leaf
number * 2**height; who stores the tree supplies it.
Source: RFC 6962, 2.1; RFC 9162, 2.1.3.2 and 2.1.4.2 (the checks). Tier: source-verified; the vectors of Certificate
Transparency and the proofs of a public log are in the tests, and an independent implementation agrees.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

HASH_BYTES = 32
MOST_HASHES = 63  # of a proof: a tree has fewer than 2**63 leaves
EMPTY_ROOT = sha256(b"").digest()

Node = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbours."""
    return sha256(b"\1" + left + right).digest()


def halve(hashes: bytes, *, times: int = 1) -> bytes:
    """The parents of an even number of hashes; with `times`, their parents again."""
    for _ in range(times):
        hashes = b"".join([sha256(b"\1" + hashes[at : at + 64]).digest() for at in range(0, len(hashes), 64)])
    return hashes


def subtree(hashes: bytes) -> bytes:
    """The root of a complete subtree: the number of hashes is a power of two."""
    while len(hashes) > HASH_BYTES:
        hashes = halve(hashes)
    return hashes


def peaks(hashes: bytes) -> list[bytes]:
    """The roots of the complete subtrees that make up any number of hashes, the largest subtree first."""
    found, at = [], 0
    while at < len(hashes):
        width = 1 << (((len(hashes) - at) // HASH_BYTES).bit_length() - 1)
        found.append(subtree(hashes[at : at + width * HASH_BYTES]))
        at += width * HASH_BYTES
    return found


def fold(found: Sequence[bytes]) -> bytes:
    """The root above peaks, the largest subtree first; EMPTY_ROOT for none."""
    if not found:
        return EMPTY_ROOT
    top = found[-1]
    for peak in reversed(found[:-1]):
        top = node_hash(peak, top)
    return top


def root(hashes: bytes) -> bytes:
    """The root of the tree with these leaf hashes; EMPTY_ROOT for none."""
    return fold(peaks(hashes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """What must be kept of a tree so that leaves can be added: its size, and its peaks, the largest subtree first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def add(self, leaf: bytes) -> Self:
        """The frontier with one more leaf, given by its hash."""
        kept, size = list(self.peaks), self.size
        while size & 1:
            leaf, size = node_hash(kept.pop(), leaf), size >> 1
        return type(self)(size=self.size + 1, peaks=(*kept, leaf))

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        return fold(self.peaks)


# -- proofs ---------------------------------------------------------------------------------------------


def prefix_root(size: int, *, node: Node) -> bytes:
    """The root that the tree had when it held `size` leaves."""
    return _range_root(0, size, node)


def inclusion_proof(index: int, *, size: int, node: Node) -> tuple[bytes, ...]:
    """The proof that leaf `index` is in the tree of `size` leaves: from the leaf's sibling to the root's child."""
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(start, middle, node))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old_size: int, *, size: int, node: Node) -> tuple[bytes, ...]:
    """The proof that the tree of `size` leaves begins with the tree of `old_size`; empty for 0 and for `size`."""
    if old_size in {0, size}:
        return ()
    start, end, left = 0, size, old_size
    path: list[bytes] = []
    while left != end - start:
        width = _split(end - start)
        if left <= width:
            path.append(_range_root(start + width, end, node))
            end = start + width
        else:
            path.append(_range_root(start, start + width, node))
            start, left = start + width, left - width
    if start:  # the whole old tree needs no proof: the verifier holds its root
        path.append(_range_root(start, end, node))
    return tuple(reversed(path))


def _split(leaves: int) -> int:
    """The leaves of the left child: the largest power of two below their number."""
    return 1 << ((leaves - 1).bit_length() - 1)


def _range_root(start: int, end: int, node: Node) -> bytes:
    """The root of the leaves [start, end); start is where a subtree of that width may begin."""
    found = []
    while start < end:
        height = (end - start).bit_length() - 1
        found.append(node(height, start >> height))
        start += 1 << height
    return fold(found)


# -- checks ---------------------------------------------------------------------------------------------


def root_from_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that the proof leads to from a leaf hash; None when the proof is not of the shape of this place."""
    if not 0 <= index < size or not _are_hashes((leaf, *proof)):
        return None
    number, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if number & 1 or number == last:
            found = node_hash(sibling, found)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        number, last = number >> 1, last >> 1
    return found if last == 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A tree: how many leaves it has, and its root."""

    size: int
    root: bytes


def is_consistent(old: Head, *, new: Head, proof: Sequence[bytes]) -> bool:
    """True when the proof shows that the tree `new` begins with the tree `old`."""
    if not 0 <= old.size <= new.size or not _are_hashes((old.root, new.root, *proof)):
        return False
    if old.size == new.size:
        return not proof and old.root == new.root
    if old.size == 0:
        return not proof and old.root == EMPTY_ROOT
    return _leads_to_both(old, new, proof)


def _leads_to_both(old: Head, new: Head, proof: Sequence[bytes]) -> bool:
    path = [old.root, *proof] if old.size & (old.size - 1) == 0 else list(proof)
    if not path:
        return False
    number, last = old.size - 1, new.size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old_root = new_root = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            old_root, new_root = node_hash(sibling, old_root), node_hash(sibling, new_root)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            new_root = node_hash(new_root, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and (old_root, new_root) == (old.root, new.root)


def _are_hashes(hashes: Sequence[bytes]) -> bool:
    return len(hashes) <= MOST_HASHES + 3 and all(len(one) == HASH_BYTES for one in hashes)
