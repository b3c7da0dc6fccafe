"""What a verification says: each kind of fault by its code, its place and its entry; silence where nothing is wrong."""

import dataclasses
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.evidence.ledger import layout, merkle, notes, stamps
from rempart.evidence.ledger.checkpoints import Checkpoint
from rempart.evidence.ledger.faults import MOST_TOLD, Code, Fault, fault
from rempart.evidence.ledger.files import NotKept
from rempart.evidence.ledger.tiles import TileLog
from rempart.evidence.ledger.verify import Trust, verify_log
from rempart.wording import LANGS
from tests.evidence.ledger.authority import authority
from tests.evidence.ledger.made import (
    NOW,
    ORIGIN,
    SIGNER,
    STRANGER,
    TRUST,
    WITNESS,
    bundle_of,
    entries,
    files_of,
    judged,
    make_log,
    signed,
    told,
)

Files = Mapping[str, bytes]
CERTAIN = dataclasses.replace(TRUST, authorities=authority().trusted)
EDGE, TILE = "tile/entries/002.p/88", "tile/0/002.p/88"


@pytest.fixture(scope="module")
def log_files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files of a log of 600 entries: two full bundles, and one of 88."""
    folder = tmp_path_factory.mktemp("log")
    make_log(folder, 600)
    return files_of(folder)


def flipped(data: bytes, at: int, *, bit: int = 0) -> bytes:
    """The bytes with one bit changed."""
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def witnessed(size: int, root: bytes, **changes: str) -> Trust:
    """The trust with a checkpoint that a witness is said to hold."""
    checkpoint = Checkpoint(origin=changes.get("origin", ORIGIN), size=size, root=root)
    return dataclasses.replace(TRUST, witnessed=(("bob.checkpoint", signed(checkpoint)),))


def root_of(parts: list[bytes]) -> bytes:
    """The root of these entries."""
    return merkle.root(b"".join(map(merkle.leaf_hash, parts)))


# -- nothing wrong --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 600, 65_537])
def test_an_intact_ledger_is_told_to_be_intact(tmp_path: Path, size: int) -> None:
    """Of every shape; with its size, its root and its witness."""
    log = make_log(tmp_path, size)
    found = verify_log(tmp_path, trust=TRUST)

    assert found.is_intact
    assert (found.size, found.root, found.more) == (size, log.root, 0)
    assert [(one.vkey, one.seen_at) for one in found.witnesses] == [(WITNESS.vkey, NOW)]


def test_a_ledger_that_continues_what_its_witnesses_hold_is_intact(log_files: Files) -> None:
    """Any earlier size, and the present one."""
    for size in (0, 1, 88, 256, 511, 512, 599, 600):
        assert judged(log_files, trust=witnessed(size, root_of(entries(size)))).is_intact


def test_the_beginning_of_a_tile_that_has_grown_is_no_fault(log_files: Files) -> None:
    """A crash may leave it; a server may need it. Altered, it is a fault."""
    left = {
        "tile/0/000.p/7": log_files["tile/0/000"][: 7 * 32],
        "tile/0/002.p/3": log_files[TILE][: 3 * 32],
        "tile/entries/002.p/3": bundle_of(entries(3, first=512)),
    }

    assert judged(log_files, left).is_intact
    for name, data in left.items():
        for wrong in (flipped(data, 20), data[:-1], data + b"x", b""):
            assert told(judged(log_files, {**left, name: wrong})) == [("partial_altered", name, None)]


# -- the checkpoint -------------------------------------------------------------------------------------


def test_a_missing_checkpoint_leaves_everything_unjudged(log_files: Files) -> None:
    """And the verification says so."""
    found = judged(log_files, {"checkpoint": None})

    assert told(found) == [("checkpoint_missing", "checkpoint", None)]
    assert [one.code for one in found.not_examined] == [Code.NOT_JUDGED_FILES]
    assert (found.size, found.root) == (None, None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda note: note[:-1], "checkpoint_malformed"),
        (lambda note: b"", "checkpoint_malformed"),
        (lambda note: note.replace(b"600", b"601"), "signature_wrong"),
        (lambda note: note.replace(b"alice", b"alicf"), "signature_wrong"),
        (lambda note: note.replace("— alice".encode(), "— zoe".encode()), "signature_wrong"),
    ],
)
def test_an_altered_checkpoint_is_named(log_files: Files, change: Callable[[bytes], bytes], code: str) -> None:
    """Cut, emptied, another size, another signer."""
    assert told(judged(log_files, {"checkpoint": change(log_files["checkpoint"])})) == [(code, "checkpoint", None)]


def test_a_checkpoint_signed_by_somebody_else_is_named(log_files: Files) -> None:
    """Under the same name, with everything in it right."""
    forged = signed(Checkpoint(origin=ORIGIN, size=600, root=root_of(entries(600))), signer=STRANGER)

    assert told(judged(log_files, {"checkpoint": forged})) == [("signature_wrong", "checkpoint", None)]


def test_lines_of_witnesses_are_judged_when_their_keys_are_given(log_files: Files) -> None:
    """Wrong, repeated, unknown; without any key they are told not to be judged."""
    note = notes.parse_note(log_files["checkpoint"])
    ours, line = note.signatures
    wrong = dataclasses.replace(line, data=flipped(line.data, 30))
    strange = dataclasses.replace(line, name="zoe.example/witness")
    cases: list[tuple[tuple[notes.Signature, ...], list[str], list[str]]] = [
        ((ours, line), [], []),
        ((ours, wrong), ["cosignature_wrong"], []),
        ((ours, line, line), ["signature_twice"], []),
        ((ours, ours, line), ["signature_twice"], []),
        ((ours, strange), ["signature_unknown"], ["not_judged_witness"]),
        ((ours,), [], ["not_judged_witness"]),
    ]

    for signatures, wrong_codes, absent in cases:
        found = judged(log_files, {"checkpoint": notes.Note(text=note.text, signatures=signatures).data})
        assert [one.code for one in found.findings] == wrong_codes
        assert [one.code for one in found.not_examined] == absent
    found = judged(log_files, trust=Trust(vkey=SIGNER.vkey))
    assert (found.findings, [one.code for one in found.not_examined]) == ((), [Code.NOT_JUDGED_SIGNATURE])


# -- entries --------------------------------------------------------------------------------------------


def test_an_altered_entry_is_named(log_files: Files) -> None:
    """In a full bundle and in the last one."""
    for name, entry in (("tile/entries/001", 300), (EDGE, 599)):
        changed = log_files[name].replace(b"entry %d" % entry, b"entrY %d" % entry)

        assert told(judged(log_files, {name: changed})) == [("entry_altered", name, entry)]


def test_exchanged_entries_are_named_both_ways(log_files: Files) -> None:
    """Within a bundle and across bundles."""
    first, last = entries(256), entries(88, first=512)
    first[3], last[9] = last[9], first[3]
    found = judged(log_files, {"tile/entries/000": bundle_of(first), EDGE: bundle_of(last)})

    assert told(found) == [("entry_moved", "tile/entries/000", 3), ("entry_moved", EDGE, 521)]
    assert [dict(one.told)["other"] for one in found.findings] == [521, 3]


def test_an_entry_taken_out_put_in_or_repeated_is_named(log_files: Files) -> None:
    """At the place where it happened."""
    parts = entries(88, first=512)
    cases = [
        (parts[:40] + parts[41:], ("entry_missing", EDGE, 552)),
        (parts[:-1], ("entry_missing", EDGE, 599)),
        ([*parts[:40], b"foreign", *parts[40:]], ("entry_inserted", EDGE, 552)),
        ([*parts[:40], parts[7], *parts[40:]], ("entry_repeated", EDGE, 552)),
        (parts[:40] + parts[42:], ("entries_broken", EDGE, 552)),
        ([], ("entries_broken", EDGE, 512)),
    ]

    for changed, expected in cases:
        assert told(judged(log_files, {EDGE: bundle_of(changed)})) == [expected]


def test_a_cut_or_broken_bundle_is_named_from_where_it_breaks(log_files: Files) -> None:
    """In the middle of an entry, in the middle of a length, with a length that leads elsewhere, with more behind."""
    data, start = log_files[EDGE], 40 * 11  # each entry here takes eleven bytes
    cases = [
        (data[: start + 5], ("entries_broken", EDGE, 552)),
        (data[: start + 1], ("entries_broken", EDGE, 552)),
        (flipped(data, start + 1), ("entries_broken", EDGE, 552)),
        (data + b"x", ("entries_broken", EDGE, 600)),
    ]

    for changed, expected in cases:
        assert told(judged(log_files, {EDGE: changed})) == [expected]


# -- tiles ----------------------------------------------------------------------------------------------


def test_an_altered_tile_is_named_and_its_entries_are_not_blamed(log_files: Files) -> None:
    """Of every level, full and partial, with the position of the hash."""
    for name, position in (("tile/0/001", 77), (TILE, 5), ("tile/1/000.p/2", 1)):
        found = judged(log_files, {name: flipped(log_files[name], position * 32 + 9)})

        assert told(found) == [("tile_altered", name, None)]
        assert dict(found.findings[0].told) == {"count": 1, "position": position}


def test_a_tile_of_another_size_is_named(log_files: Files) -> None:
    """Cut, emptied, lengthened."""
    for name in ("tile/0/001", TILE, "tile/1/000.p/2"):
        for data in (log_files[name][:-1], log_files[name][:-32], b"", log_files[name] + b"x", log_files[name] * 2):
            assert told(judged(log_files, {name: data})) == [("tile_size", name, None)]


def test_a_missing_file_is_named(log_files: Files) -> None:
    """Each of them; what it held is judged by what is left."""
    for name in set(log_files) - {"checkpoint"}:
        assert told(judged(log_files, {name: None})) == [("file_missing", name, None)]


def test_exchanged_tiles_are_named(log_files: Files) -> None:
    """Two of hashes, and two of entries."""
    for kind, code in (("0", "tile_altered"), ("entries", "entry_moved")):
        one, other = f"tile/{kind}/000", f"tile/{kind}/001"
        found = judged(log_files, {one: log_files[other], other: log_files[one]})

        assert {place for _, place, _ in told(found)} == {one, other}
        assert {found_code for found_code, _, _ in told(found)} == {code}


def test_an_entry_altered_with_its_tile_is_located_to_the_tile(log_files: Files) -> None:
    """The hash in the tile above tells on both."""
    parts = entries(256)
    parts[3] = b"another"
    changes = {
        "tile/entries/000": bundle_of(parts),
        "tile/0/000": b"".join(map(merkle.leaf_hash, parts)),
    }

    assert told(judged(log_files, changes)) == [("subtree_wrong", "tile/0/000", 0)]


def test_a_history_written_again_does_not_fit_the_signed_root(tmp_path: Path, log_files: Files) -> None:
    """Every file of another ledger under the checkpoint of this one."""
    with TileLog(tmp_path) as other:
        other.append([b"another", *entries(599, first=1)])

    found = judged({**files_of(tmp_path), "checkpoint": log_files["checkpoint"]})
    assert told(found) == [("root_wrong", "checkpoint", None)]


def test_two_damages_are_both_named(log_files: Files) -> None:
    """An entry in one bundle, a hash in another tile; and in the same tile."""
    entry = {"tile/entries/001": log_files["tile/entries/001"].replace(b"entry 300", b"entrY 300")}
    for name in (TILE, "tile/0/000", "tile/1/000.p/2"):
        found = judged(log_files, {**entry, name: flipped(log_files[name], 5)})

        assert ("entry_altered", "tile/entries/001", 300) in told(found)
        assert name in {place for _, place, _ in told(found)}


def test_a_tile_and_its_bundle_that_are_both_missing_are_named(log_files: Files) -> None:
    """The root can still be computed when the tile above is there, and not when nothing is."""
    for names in (("tile/0/000", "tile/entries/000"), (TILE, EDGE)):
        found = judged(log_files, dict.fromkeys(names))

        assert {place for _, place, _ in told(found)} == set(names)


# -- files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("readme.txt", "file_extra"),
        ("tile/0/000.txt", "file_extra"),
        ("tile/0/x000/000", "file_extra"),
        ("tile/data/000", "file_extra"),
        ("checkpoint.old", "file_extra"),
        ("stamps/1.txt", "file_extra"),
        ("stamps/01.tsq", "file_extra"),
        (".hidden", "file_extra"),
        ("na\udcffme", "file_extra"),
        (".incoming/part", "file_leftover"),
        ("tile/0/002.p/89", "file_beyond"),
        ("tile/0/003", "file_beyond"),
        ("tile/0/002", "file_beyond"),
        ("tile/entries/003.p/1", "file_beyond"),
        ("tile/2/000.p/1", "file_beyond"),
        ("stamps/601.tsq", "file_beyond"),
    ],
)
def test_a_file_that_is_not_of_the_ledger_is_named(log_files: Files, name: str, code: str) -> None:
    """Foreign ones, what a cut left, and what lies beyond the checkpoint."""
    place = name.encode("utf-8", "backslashreplace").decode()

    assert told(judged(log_files, {name: b"x"})) == [(code, place, None)]


def test_a_checkpoint_put_back_is_seen_by_what_lies_beyond_it(tmp_path: Path) -> None:
    """Only the checkpoint was put back; the signed part is judged from the wider tiles."""
    make_log(tmp_path, 40)
    old = (tmp_path / "checkpoint").read_bytes()
    with TileLog(tmp_path) as log:
        log.append(entries(10, first=40))
        log.publish(signed(log.head(ORIGIN)))
    found = judged(files_of(tmp_path), {"checkpoint": old})

    assert told(found) == [("file_beyond", "tile/0/000.p/50", None), ("file_beyond", "tile/entries/000.p/50", None)]
    assert all(one.may_pass for one in found.findings)


def test_what_is_not_a_plain_file_is_named(tmp_path: Path) -> None:
    """A link, a pipe, a folder in the place of a file; nothing waits, nothing is followed."""
    make_log(tmp_path / "log", 5)
    tile = tmp_path / "log/tile/0/000.p/5"
    tile.rename(tmp_path / "elsewhere")
    for is_pipe in (True, False):
        if is_pipe:
            os.mkfifo(tile)
        else:
            tile.symlink_to(tmp_path / "elsewhere")
        assert told(verify_log(tmp_path / "log", trust=TRUST)) == [("file_unreadable", "tile/0/000.p/5", None)]
        tile.unlink()
    (tmp_path / "log/more").symlink_to(tmp_path)
    assert ("file_extra", "more", None) in told(verify_log(tmp_path / "log", trust=TRUST))


def test_a_checkpoint_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A pipe in its place: unreadable, and everything unjudged."""
    make_log(tmp_path, 5)
    (tmp_path / "checkpoint").unlink()
    os.mkfifo(tmp_path / "checkpoint")

    assert told(verify_log(tmp_path, trust=TRUST)) == [("file_unreadable", "checkpoint", None)]


def test_a_folder_that_cannot_be_listed_is_unknown_not_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is said of files that nobody could look at."""
    make_log(tmp_path, 5)
    real = os.scandir

    def scandir(folder: object) -> object:
        if str(folder).endswith("entries"):
            raise PermissionError(13, "Permission denied", str(folder))
        return real(str(folder))

    monkeypatch.setattr("os.scandir", scandir)
    with pytest.raises(NotKept, match="entries of the ledger cannot be read: Permission denied"):
        verify_log(tmp_path, trust=TRUST)


def test_a_ledger_that_a_signer_writes_meanwhile_is_verified_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files of the old checkpoint go while they are read; what is told is of the new one."""
    make_log(tmp_path, 5)
    real, grown = os.walk, [False]

    def walk(folder: Path, onerror: object) -> list[tuple[str, list[str], list[str]]]:
        assert onerror
        found = [(str(place), folders, files) for place, folders, files in real(folder)]
        if not grown[0]:
            grown[0] = True
            with TileLog(tmp_path) as log:
                log.append(entries(5, first=5))
                log.publish(signed(log.head(ORIGIN)))
        return found

    monkeypatch.setattr("os.walk", walk)
    found = verify_log(tmp_path, trust=TRUST)

    assert (found.is_intact, found.size) == (True, 10)


# -- what witnesses hold --------------------------------------------------------------------------------


def test_a_rollback_behind_a_witness_is_named(log_files: Files, tmp_path: Path) -> None:
    """The whole folder put back to an older state of itself: only the witness knows."""
    make_log(tmp_path, 590)
    trust = witnessed(600, root_of(entries(600)))
    found = judged(files_of(tmp_path), trust=trust)

    assert judged(files_of(tmp_path)).is_intact
    assert told(found) == [("rolled_back", "bob.checkpoint", 590)]
    assert dict(found.findings[0].told) == {"witnessed": 600, "count": 10}


def test_a_fork_is_named(log_files: Files) -> None:
    """Another history of the same length, and of a shorter one, both signed by the ledger's key."""
    for size in (600, 599, 3):
        other = witnessed(size, root_of([b"another", *entries(size - 1, first=1)]))

        assert told(judged(log_files, trust=other)) == [("forked", "bob.checkpoint", None)]


def test_a_checkpoint_of_another_ledger_or_another_key_is_told(log_files: Files) -> None:
    """It says nothing of this ledger."""
    root = root_of(entries(600))
    assert told(judged(log_files, trust=witnessed(600, root, origin="zoe.example/ledger"))) == [
        ("witnessed_elsewhere", "bob.checkpoint", None)
    ]
    forged = signed(Checkpoint(origin=ORIGIN, size=600, root=root), signer=STRANGER)
    for note in (forged, b"", b"no note"):
        trust = dataclasses.replace(TRUST, witnessed=(("bob.checkpoint", note),))
        assert told(judged(log_files, trust=trust)) == [("witnessed_unusable", "bob.checkpoint", None)]


def test_what_damage_hides_from_a_witness_is_told(log_files: Files) -> None:
    """Without the bundle and the tile of the first entries their root at that time cannot be computed."""
    found = judged(
        log_files, dict.fromkeys(("tile/0/000", "tile/entries/000")), trust=witnessed(7, root_of(entries(7)))
    )

    assert [one.code for one in found.not_examined] == [Code.NOT_JUDGED_ROOT]


# -- time stamps ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A log of 300 that was stamped at 40 and at 300, with a request waiting for 20."""
    folder = tmp_path_factory.mktemp("stamped")
    log = make_log(folder, 300)
    for size in (20, 40, 300):
        checkpoint = Checkpoint(origin=ORIGIN, size=size, root=log.root_at(size))
        stamps.queue(folder, checkpoint)
        if size > 20:
            answer = authority().answer((folder / f"stamps/{size}.tsq").read_bytes())
            stamps.keep(folder, checkpoint, answer=answer, authorities=authority().trusted)
    return files_of(folder)


def test_stamps_are_judged_with_the_certificates_given(stamped: Files) -> None:
    """Without any they are told not to be judged; a request that waits is neither."""
    found, without = judged(stamped, trust=CERTAIN), judged(stamped)

    assert found.is_intact
    assert [(size, stamp.at) for size, stamp in found.stamps] == [(40, NOW), (300, NOW)]
    assert without.findings == ()
    assert [(one.code, one.place) for one in without.not_examined] == [
        (Code.NOT_JUDGED_STAMPS, "stamps/40.tsr"),
        (Code.NOT_JUDGED_STAMPS, "stamps/300.tsr"),
    ]


def test_altered_stamps_are_named(stamped: Files) -> None:
    """Request, answer, note; missing ones; an answer for another checkpoint; an authority that nobody trusts."""
    name, other = "stamps/40", stamped["stamps/300.tsr"]
    strange = authority("Another").answer(stamped[f"{name}.tsq"])
    cases: list[tuple[dict[str, bytes | None], list[tuple[str, str, int | None]]]] = [
        ({f"{name}.tsq": flipped(stamped[f"{name}.tsq"], 60)}, [("stamp_request_altered", f"{name}.tsq", None)]),
        ({f"{name}.tsr": flipped(stamped[f"{name}.tsr"], 60)}, [("stamp_altered", f"{name}.tsr", None)]),
        ({f"{name}.sha256": flipped(stamped[f"{name}.sha256"], 3)}, [("stamp_altered", f"{name}.tsr", None)]),
        ({f"{name}.tsq": None}, [("stamp_incomplete", f"{name}.tsq", None)]),
        ({f"{name}.tsr": None}, [("stamp_incomplete", f"{name}.tsr", None)]),
        ({f"{name}.sha256": None}, [("stamp_incomplete", f"{name}.sha256", None)]),
        (
            {f"{name}.tsr": other, f"{name}.sha256": stamps.note_of(other, size=40)},
            [("stamp_wrong", f"{name}.tsr", None)],
        ),
        (
            {f"{name}.tsr": strange, f"{name}.sha256": stamps.note_of(strange, size=40)},
            [("stamp_wrong", f"{name}.tsr", None)],
        ),
    ]

    for changes, expected in cases:
        assert told(judged(stamped, changes, trust=CERTAIN)) == expected


# -- sentences ------------------------------------------------------------------------------------------


def test_every_code_has_a_sentence_in_both_languages() -> None:
    """With all its fields, and none left open."""
    fields: dict[str, str | int] = dict.fromkeys(("signer", "reason", "origin"), "x")
    fields |= dict.fromkeys(("size", "other", "found", "expected", "count", "position", "witnessed"), 7)
    for code in Code:
        one = fault(code, "the-place", entry=5, **fields)
        for lang in LANGS:
            sentence = one.sentence(lang)
            assert "the-place" in sentence or code is Code.NOT_JUDGED_FILES
            assert "{" not in sentence
        assert one.sentence("fr") != one.sentence("en")


def test_a_ledger_replaced_as_a_whole_does_not_give_a_million_sentences(tmp_path: Path) -> None:
    """A thousand are told, the others counted."""
    make_log(tmp_path, 2_000)
    found_files = files_of(tmp_path)
    changes = {
        tile.path: bundle_of([b"x"] * tile.width) for tile in layout.tiles_of(2_000) if tile.level == layout.ENTRIES
    }
    found = judged(found_files, changes)

    assert len(found.findings) == MOST_TOLD
    assert found.more == 1_000
    assert isinstance(found.findings[0], Fault)


@settings(max_examples=60)
@given(st.data())
def test_any_change_anywhere_is_found(log_files: Files, data: st.DataObject) -> None:
    """Bytes replaced, cut out or put in, anywhere in any file of a larger ledger."""
    name = data.draw(st.sampled_from(sorted(log_files)))
    old = log_files[name]
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, min(len(old), start + 200)))
    new = old[:start] + data.draw(st.binary(max_size=60)) + old[end:]

    found = judged(log_files, {name: new})

    assert bool(found.findings) == (new != old)
    assert {one.place for one in found.findings} <= {name}
