"""The Merkle tree against published vectors, against an independent implementation, and against its own definition."""

import hashlib
from itertools import pairwise

import pymerkle  # type: ignore[import-untyped] # ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.evidence.ledger import merkle
from rempart.evidence.ledger.merkle import EMPTY_ROOT, Frontier, Head, Node
from tests.evidence.ledger import vectors

SIZES = [*range(1, 70), 127, 128, 129, 255, 256, 257, 511, 513, 1000, 1024, 1025]
LEAVES = [b"leaf %d" % number for number in range(max(SIZES))]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def by_definition(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if len(hashes) <= 1:
        return hashes[0] if hashes else hashlib.sha256(b"").digest()
    width = 1
    while width * 2 < len(hashes):
        width *= 2
    return hashlib.sha256(b"\x01" + by_definition(hashes[:width]) + by_definition(hashes[width:])).digest()


def node_of(hashes: list[bytes]) -> Node:
    """The complete subtrees of these leaves."""
    return lambda height, number: by_definition(hashes[number << height : (number + 1) << height])


NODE = node_of(HASHES)
ROOTS = [by_definition(HASHES[:size]) for size in range(130)]


def other_tree(size: int) -> pymerkle.InmemoryTree:
    """The same leaves in the tree of the independent implementation."""
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    tree.append_entries(LEAVES[:size])
    return tree


OTHER = other_tree(max(SIZES))


def test_the_published_roots_come_out() -> None:
    """The eight trees of Certificate Transparency's vectors."""
    hashes = [merkle.leaf_hash(leaf) for leaf in vectors.CT_LEAVES]

    assert [merkle.root(b"".join(hashes[:size])) for size in range(1, 9)] == vectors.CT_ROOTS
    assert merkle.root(b"") == EMPTY_ROOT == vectors.CT_EMPTY_ROOT


@pytest.mark.parametrize(("index", "size", "proof"), vectors.CT_INCLUSION)
def test_the_published_inclusion_proofs_are_made_and_accepted(index: int, size: int, proof: list[bytes]) -> None:
    """Byte for byte, and they lead to the published root."""
    hashes = [merkle.leaf_hash(leaf) for leaf in vectors.CT_LEAVES]
    made = merkle.inclusion_proof(index, size=size, node=node_of(hashes))

    assert list(made) == proof
    assert merkle.root_from_inclusion(hashes[index], index=index, size=size, proof=proof) == vectors.CT_ROOTS[size - 1]


@pytest.mark.parametrize(("old", "new", "proof"), vectors.CT_CONSISTENCY)
def test_the_published_consistency_proofs_are_made_and_accepted(old: int, new: int, proof: list[bytes]) -> None:
    """Byte for byte, and they link the published roots."""
    hashes = [merkle.leaf_hash(leaf) for leaf in vectors.CT_LEAVES]
    made = merkle.consistency_proof(old, size=new, node=node_of(hashes))
    heads = [Head(size=size, root=vectors.CT_ROOTS[size - 1]) for size in (old, new)]

    assert list(made) == proof
    assert merkle.is_consistent(heads[0], new=heads[1], proof=proof)


def test_the_proofs_of_a_public_log_of_a_billion_leaves_are_accepted() -> None:
    """A log of Certificate Transparency, as it answered Go's developers."""
    log = vectors.ARGON
    new = Head(size=log.size, root=log.root)
    old = Head(size=log.old_size, root=log.old_root)

    assert merkle.root_from_inclusion(log.leaf, index=log.index, size=log.size, proof=log.inclusion) == log.root
    assert merkle.is_consistent(old, new=new, proof=log.consistency)
    assert not merkle.is_consistent(old, new=new, proof=log.consistency[1:])


@pytest.mark.parametrize("size", SIZES)
def test_roots_are_those_of_the_definition_and_of_another_implementation(size: int) -> None:
    """RFC 6962 written down as it stands, and pymerkle."""
    root = merkle.root(b"".join(HASHES[:size]))

    assert root == by_definition(HASHES[:size]) == OTHER.get_root(size)
    assert merkle.prefix_root(size, node=NODE) == root


def test_a_frontier_grows_to_the_root_of_every_size() -> None:
    """What the writer of a ledger keeps is enough for its root."""
    frontier, roots = Frontier(), []
    for leaf in HASHES[:300]:
        roots.append(frontier.root)
        frontier = frontier.add(leaf)

    assert roots == [merkle.root(b"".join(HASHES[:size])) for size in range(300)]
    assert frontier.size == 300


def test_every_inclusion_proof_up_to_130_leaves_leads_to_its_root() -> None:
    """All places of all sizes; another leaf at the same place leads elsewhere."""
    for size in range(1, 130):
        for index in range(size):
            proof = merkle.inclusion_proof(index, size=size, node=NODE)

            found = merkle.root_from_inclusion(HASHES[index], index=index, size=size, proof=proof)
            other = merkle.root_from_inclusion(HASHES[index + 1], index=index, size=size, proof=proof)

            assert found == ROOTS[size] != other


def test_every_consistency_proof_up_to_66_leaves_links_its_roots() -> None:
    """All pairs of sizes; a wrong old or new root is refused."""
    for new in range(67):
        for old in range(new + 1):
            proof = merkle.consistency_proof(old, size=new, node=NODE)
            first, second = (Head(size=size, root=ROOTS[size]) for size in (old, new))

            assert merkle.is_consistent(first, new=second, proof=proof)
            assert not merkle.is_consistent(Head(size=old, root=ROOTS[67]), new=second, proof=proof)
            assert not (old and merkle.is_consistent(first, new=Head(size=new, root=ROOTS[67]), proof=proof))


def subproof(old: int, hashes: list[bytes], *, is_whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2, word for word."""
    if old == len(hashes):
        return [] if is_whole else [by_definition(hashes)]
    width = 1
    while width * 2 < len(hashes):
        width *= 2
    if old <= width:
        return [*subproof(old, hashes[:width], is_whole=is_whole), by_definition(hashes[width:])]
    return [*subproof(old - width, hashes[width:], is_whole=False), by_definition(hashes[:width])]


@given(st.data())
def test_other_implementations_make_and_accept_the_same_proofs(data: st.DataObject) -> None:
    """Sizes drawn up to 1,025: inclusion as pymerkle makes and checks it, consistency as the RFC defines it."""
    size = data.draw(st.integers(1, len(HASHES)))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))

    inclusion = merkle.inclusion_proof(index, size=size, node=NODE)
    theirs = OTHER.prove_inclusion(index + 1, size)
    assert theirs.path[1:] == list(inclusion)
    theirs.path = [HASHES[index], *inclusion]
    theirs.verify(HASHES[index], OTHER.get_root(size), index=index + 1, size=size)

    assert list(merkle.consistency_proof(old, size=size, node=NODE)) == subproof(old, HASHES[:size])


@given(st.data())
def test_a_changed_proof_is_never_accepted(data: st.DataObject) -> None:
    """One bit, one hash more or less, another place or size."""
    size = data.draw(st.integers(2, 129))
    old = data.draw(st.integers(1, size - 1))
    index = data.draw(st.integers(0, size - 1))
    inclusion = list(merkle.inclusion_proof(index, size=size, node=NODE))
    consistency = list(merkle.consistency_proof(old, size=size, node=NODE))
    first, second = (Head(size=one, root=ROOTS[one]) for one in (old, size))

    for wrong in changed(data, inclusion):
        assert merkle.root_from_inclusion(HASHES[index], index=index, size=size, proof=wrong) != ROOTS[size]
    for wrong in changed(data, consistency):
        assert not merkle.is_consistent(first, new=second, proof=wrong)
    elsewhere = data.draw(st.integers(-1, size + 1).filter(lambda other: other != index))
    assert merkle.root_from_inclusion(HASHES[index], index=elsewhere, size=size, proof=inclusion) != ROOTS[size]


def changed(data: st.DataObject, proof: list[bytes]) -> list[list[bytes]]:
    """Proofs near this one."""
    extra = data.draw(st.sampled_from([ROOTS[1], HASHES[0], b"", b"short"]))
    near = [[*proof, extra], [extra, *proof]]
    if proof:
        at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        flipped = bytearray(proof[at])
        flipped[bit // 8] ^= 1 << bit % 8
        near += [proof[:-1], proof[1:], [*proof[:at], bytes(flipped), *proof[at + 1 :]]]
        near += [[*proof[:at], two, one, *proof[at + 2 :]] for one, two in [*pairwise(proof)][at : at + 1]]
    return near


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [
        (Head(size=1, root=HASHES[0]), Head(size=1, root=HASHES[0]), [ROOTS[1]]),
        (Head(size=0, root=EMPTY_ROOT), Head(size=1, root=HASHES[0]), [HASHES[0]]),
        (Head(size=0, root=HASHES[0]), Head(size=1, root=HASHES[0]), []),
        (Head(size=0, root=EMPTY_ROOT), Head(size=0, root=HASHES[0]), []),
        (Head(size=2, root=ROOTS[2]), Head(size=1, root=ROOTS[1]), []),
        (Head(size=1, root=ROOTS[1]), Head(size=2, root=ROOTS[2]), []),
        (Head(size=3, root=ROOTS[3]), Head(size=4, root=ROOTS[4]), []),
        (Head(size=1, root=b""), Head(size=1, root=b""), []),
    ],
)
def test_trees_that_do_not_continue_each_other_are_refused(old: Head, new: Head, proof: list[bytes]) -> None:
    """Proofs where none belongs, none where one belongs, time running backwards, roots that are none."""
    assert not merkle.is_consistent(old, new=new, proof=proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (2, 1), (-1, 3)])
def test_a_place_outside_the_tree_has_no_root(index: int, size: int) -> None:
    """No proof makes an entry of a place that is not there."""
    assert merkle.root_from_inclusion(HASHES[0], index=index, size=size, proof=[]) is None
