"""A ledger of 64 entries, altered in every way there is: each change is found, and named where it was made.

Every bit of every file, every deletion of a file and of an entry, every exchange of two entries, every repetition,
every end at which a file can be cut, every older state behind a witness. The files are in memory; the verification is
the whole one, but that a signature already checked over the same bytes is not computed again.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import combinations, permutations
from pathlib import Path

import pytest

from rempart.evidence.ledger import leaves, notes, stamps
from rempart.evidence.ledger.leaves import Leaf
from rempart.evidence.ledger.tiles import TileLog
from rempart.evidence.ledger.verify import verify_source
from tests.evidence.ledger.authority import authority
from tests.evidence.ledger.made import ORIGIN, TRUST, Memory, bundle_of, files_of, signed

COUNT = 64
BUNDLE, TILE = f"tile/entries/000.p/{COUNT}", f"tile/0/000.p/{COUNT}"
STAMP = f"stamps/{COUNT}"
NAMES = ("checkpoint", BUNDLE, TILE, f"{STAMP}.sha256", f"{STAMP}.tsq", f"{STAMP}.tsr")
CERTAIN = dataclasses.replace(TRUST, authorities=authority().trusted)


def act(number: int) -> bytes:
    """An act as the ledger of a site records it."""
    at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=number)
    commitment = leaves.commit(b"report %d" % (number // 3), salt=b"salt")
    return leaves.encode(Leaf(seq=number, at=at, actor="door", action="report_received", object=commitment))


ENTRIES = [b"act %d" % number for number in range(COUNT)]  # short: every bit of them is flipped
ACTS = [act(number) for number in range(COUNT)]


@pytest.fixture(autouse=True)
def signatures_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are functions of their arguments alone; most changes leave the signed bytes as they are."""
    monkeypatch.setattr(notes, "holds", lru_cache(maxsize=64)(notes.holds))
    monkeypatch.setattr(stamps, "check", lru_cache(maxsize=64)(stamps.check))


def grown(folder: Path, parts: list[bytes]) -> dict[str, bytes]:
    """The files of a ledger of these entries, cosigned."""
    with TileLog(folder) as log:
        log.append(parts)
        log.publish(signed(log.head(ORIGIN)))
    return files_of(folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """The files of the ledger, cosigned and stamped."""
    folder = tmp_path_factory.mktemp("ledger")
    with TileLog(folder) as log:
        log.append(ENTRIES)
        log.publish(signed(log.head(ORIGIN)))
        stamps.queue(folder, log.head(ORIGIN))
        answer = authority().answer((folder / f"{STAMP}.tsq").read_bytes())
        stamps.keep(folder, log.head(ORIGIN), answer=answer, authorities=authority().trusted)
    return files_of(folder)


def named(files: Mapping[str, bytes], changes: Mapping[str, bytes | None]) -> set[str]:
    """The places of what is wrong or could not be judged. A note beside a stamp is judged with it, as the stamp."""
    found = verify_source(Memory(files, changes), trust=CERTAIN)
    return {one.place.replace(".sha256", ".tsr") for one in (*found.findings, *found.not_examined)}


def entries_named(files: Mapping[str, bytes], parts: list[bytes]) -> list[tuple[str, int | None]]:
    """(code, entry) of the faults when the bundle holds these entries."""
    found = verify_source(Memory(files, {BUNDLE: bundle_of(parts)}), trust=CERTAIN).findings
    assert {one.place for one in found} <= {BUNDLE}
    return [(one.code.value, one.entry) for one in found]


def test_the_ledger_is_intact_before_anything_is_altered(whole: Mapping[str, bytes]) -> None:
    """It has the files that are altered below, and no others."""
    assert set(whole) == set(NAMES)
    assert verify_source(Memory(whole), trust=CERTAIN).is_intact


@pytest.mark.parametrize("name", NAMES)
def test_every_flipped_bit_is_found_in_its_file(whole: Mapping[str, bytes], name: str) -> None:
    """One bit at a time: nothing else is blamed. An altered stamp or its note are named together, as the stamp."""
    data = bytearray(whole[name])
    missed = []
    for bit in range(len(data) * 8):
        data[bit // 8] ^= 1 << bit % 8
        if named(whole, {name: bytes(data)}) != {name.replace(".sha256", ".tsr")}:
            missed.append(bit)
        data[bit // 8] ^= 1 << bit % 8

    assert missed == []


def test_a_changed_byte_of_an_act_names_the_act(tmp_path: Path) -> None:
    """Every byte of 64 acts as a site records them; a changed length names where the bundle breaks."""
    files = grown(tmp_path, ACTS)
    for number, one in enumerate(ACTS):
        for at in range(len(one)):
            changed = one[:at] + bytes([one[at] ^ 1 << at % 8]) + one[at + 1 :]
            assert entries_named(files, [*ACTS[:number], changed, *ACTS[number + 1 :]]) == [("entry_altered", number)]


def test_every_deleted_file_is_named(whole: Mapping[str, bytes]) -> None:
    """One at a time, and every two. Without answer and note a stamp is a request that waits: that is no fault."""
    for count in (1, 2):
        for names in combinations(NAMES, count):
            expected = {name.replace(".sha256", ".tsr") for name in names}
            if "checkpoint" in names:
                expected = {"checkpoint"}
            elif set(names) == {f"{STAMP}.tsr", f"{STAMP}.sha256"}:
                expected = set()
            assert named(whole, dict.fromkeys(names)) == expected, names


def test_every_deleted_entry_is_named(whole: Mapping[str, bytes]) -> None:
    """At its place."""
    for number in range(COUNT):
        assert entries_named(whole, [*ENTRIES[:number], *ENTRIES[number + 1 :]]) == [("entry_missing", number)]


def test_every_exchange_of_two_entries_is_named(whole: Mapping[str, bytes]) -> None:
    """2,016 pairs, both places each."""
    pairs = list(combinations(range(COUNT), 2))
    assert len(pairs) == 2_016
    for one, other in pairs:
        parts = list(ENTRIES)
        parts[one], parts[other] = parts[other], parts[one]
        assert entries_named(whole, parts) == [("entry_moved", one), ("entry_moved", other)]


def test_every_repeated_and_every_overwritten_entry_is_named(whole: Mapping[str, bytes]) -> None:
    """Put in once more behind itself, at the end, or in the place of another."""
    for number in range(COUNT):
        twice = [*ENTRIES[: number + 1], *ENTRIES[number:]]
        assert entries_named(whole, twice) == [("entry_repeated", number + 1)]
        assert entries_named(whole, [*ENTRIES, ENTRIES[number]]) == [("entry_repeated", COUNT)]
    for one, other in permutations(range(0, COUNT, 7), 2):
        parts = list(ENTRIES)
        parts[one] = parts[other]
        assert entries_named(whole, parts) == [("entry_altered", one)]


@pytest.mark.parametrize("name", NAMES)
def test_every_cut_is_found_in_its_file(whole: Mapping[str, bytes], name: str) -> None:
    """After each byte, the empty file too."""
    missed = [
        end
        for end in range(len(whole[name]))
        if named(whole, {name: whole[name][:end]}) != {name.replace(".sha256", ".tsr")}
    ]

    assert missed == []


def test_every_exchange_of_two_files_is_found(whole: Mapping[str, bytes]) -> None:
    """At least one of the two is named, and nothing else."""
    for one, other in combinations(NAMES, 2):
        found = named(whole, {one: whole[other], other: whole[one]})
        assert found
        assert found <= {name.replace(".sha256", ".tsr") for name in (one, other)}


def test_every_copy_of_a_file_under_another_name_is_found(whole: Mapping[str, bytes]) -> None:
    """A second copy is no file of the ledger."""
    for name in NAMES:
        for copy in (f"{name}.bak", f"{name}~", f"copy/{name}", f"tile/1/{name}"):
            assert named(whole, {copy: whole[name]}) == {copy.replace(".sha256", ".tsr")}


def test_every_older_state_is_found_behind_a_witness(whole: Mapping[str, bytes], tmp_path: Path) -> None:
    """The ledger as it was at each earlier size, signed then: what the witness holds tells how much is gone."""
    trust = dataclasses.replace(TRUST, witnessed=(("bob.checkpoint", whole["checkpoint"]),))
    for size, older in older_states(tmp_path):
        found = verify_source(Memory(older), trust=trust).findings
        assert [(one.code.value, one.entry) for one in found] == [("rolled_back", size)]
        assert verify_source(Memory(older), trust=TRUST).is_intact
        assert verify_source(Memory(whole, {"checkpoint": older["checkpoint"]}), trust=TRUST).findings


def older_states(folder: Path) -> Iterator[tuple[int, Mapping[str, bytes]]]:
    """(size, files) of the ledger while it grew."""
    with TileLog(folder) as log:
        for entry in ENTRIES[:-1]:
            log.append([entry])
            log.publish(signed(log.head(ORIGIN)))
            yield log.size, files_of(folder)


def test_every_history_that_differs_in_one_entry_is_found_behind_a_witness(
    whole: Mapping[str, bytes], tmp_path: Path
) -> None:
    """Written again with the ledger's own key: intact in itself, and not what the witness saw."""
    trust = dataclasses.replace(TRUST, witnessed=(("bob.checkpoint", whole["checkpoint"]),))
    for number in range(COUNT):
        forged = grown(tmp_path / str(number), [*ENTRIES[:number], b"another", *ENTRIES[number + 1 :]])

        assert verify_source(Memory(forged), trust=TRUST).is_intact
        assert [one.code.value for one in verify_source(Memory(forged), trust=trust).findings] == ["forked"]
