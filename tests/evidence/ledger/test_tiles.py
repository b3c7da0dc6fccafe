"""The log on disk: it grows, opens again, answers, and refuses what would rewrite it."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.evidence.ledger import layout, merkle
from rempart.evidence.ledger.files import Busy, NotKept
from rempart.evidence.ledger.layout import ENTRIES, EntryTooLarge, Tile
from rempart.evidence.ledger.merkle import EMPTY_ROOT, Head
from rempart.evidence.ledger.notes import WrongSignature
from rempart.evidence.ledger.tiles import BrokenLog, Forked, NoSuchEntry, TileLog, WrongHead
from tests.evidence.ledger.made import ORIGIN, SIGNER, STRANGER, bundle_of, entries, files_of, judged, make_log, signed

SIZES = [0, 1, 2, 255, 256, 257, 511, 512, 513, 66_000]


def hashes_of(count: int) -> bytes:
    """The leaf hashes of the first entries."""
    return b"".join(map(merkle.leaf_hash, entries(count)))


@pytest.mark.parametrize("size", SIZES)
def test_a_log_holds_the_files_of_the_specification_and_no_others(tmp_path: Path, size: int) -> None:
    """Their paths, and every byte of them, computed here from the definition; and it opens with its root."""
    make_log(tmp_path, size)
    hashes, files = hashes_of(size), files_of(tmp_path)
    expected: dict[str, bytes] = {}
    for tile in layout.tiles_of(size):
        start = tile.number * 256
        if tile.level == ENTRIES:
            expected[tile.path] = bundle_of(entries(tile.width, first=start))
        else:
            span = 32 * 256**tile.level
            expected[tile.path] = b"".join(
                merkle.root(hashes[span * at : span * (at + 1)]) for at in range(start, start + tile.width)
            )

    assert files.pop("checkpoint") == signed(TileLog(tmp_path).head(ORIGIN))
    assert files == expected
    assert TileLog(tmp_path).root == merkle.root(hashes)


@settings(max_examples=25)
@given(steps=st.lists(st.integers(0, 300), min_size=1, max_size=6), data=st.data())
def test_however_it_grew_the_log_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], data: st.DataObject
) -> None:
    """Many small appends or one, opened again or not between them: the same files, and a clean verification."""
    one, many = (tmp_path_factory.mktemp("log") for _ in range(2))
    log = TileLog(many)
    for step in steps:
        if data.draw(st.booleans()):
            log.close()
            log = TileLog(many)
        log.append(entries(step, first=log.size))
        log.publish(signed(log.head(ORIGIN)))
    log.close()
    make_log(one, sum(steps))

    assert files_of(many) == files_of(one)
    assert judged(files_of(many)).is_intact


def test_several_appends_may_share_a_checkpoint(tmp_path: Path) -> None:
    """Readers see the old size until the note is there."""
    log = TileLog(tmp_path)
    log.append(entries(3))
    log.append(entries(300, first=3))
    before = TileLog(tmp_path).size
    log.publish(signed(log.head(ORIGIN)))

    assert (before, TileLog(tmp_path).size) == (0, 303)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> TileLog:
    """A log of 66,000 entries, which has three levels."""
    return make_log(tmp_path_factory.mktemp("grown"), 66_000)


@given(st.data())
def test_entries_and_proofs_come_from_the_files(grown: TileLog, data: st.DataObject) -> None:
    """Any entry, any size: the proofs lead where they must."""
    size = data.draw(st.integers(1, grown.size))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    leaf, root = merkle.leaf_hash(grown.entry(index)), grown.root_at(size)
    proof = grown.inclusion(index, size=size)
    first, second = Head(size=old, root=grown.root_at(old)), Head(size=size, root=root)

    assert grown.entry(index) == b"entry %d" % index
    assert merkle.root_from_inclusion(leaf, index=index, size=size, proof=proof) == root
    assert merkle.is_consistent(first, new=second, proof=grown.consistency(old, size=size))


def test_roots_of_earlier_sizes_are_what_they_were(grown: TileLog) -> None:
    """As a witness would hold them."""
    hashes = hashes_of(grown.size)

    assert grown.root_at(0) == EMPTY_ROOT
    for size in (1, 255, 256, 257, 65_535, 65_536, 65_537, 66_000):
        assert grown.root_at(size) == merkle.root(hashes[: size * 32])


def test_a_run_of_entries_is_read_in_order(grown: TileLog) -> None:
    """Across bundles."""
    assert list(grown.entries(250, 770)) == entries(520, first=250)
    assert list(grown.entries(7, 7)) == []


def test_a_server_can_answer_what_the_specification_asks(grown: TileLog) -> None:
    """Partial tiles of every earlier size too, though the disk holds only the widest."""
    assert grown.signed
    assert grown.resource("checkpoint") == grown.signed.note.data
    assert grown.resource("tile/0/256") == hashes_of(257 * 256)[256 * 256 * 32 :]
    assert grown.resource("tile/0/257.p/3") == hashes_of(257 * 256 + 3)[257 * 256 * 32 :]
    assert grown.resource("tile/entries/257.p/2") == bundle_of(entries(2, first=257 * 256))
    assert grown.resource("tile/0/256.p/9") == hashes_of(257 * 256)[256 * 256 * 32 :][: 9 * 32]
    for path in ("tile/0/257", "tile/0/257.p/209", "tile/0/999", "tile/4/000", "../secret", "tile/0/0", ""):
        assert grown.resource(path) is None


def test_unpublished_entries_are_not_served(tmp_path: Path) -> None:
    """Only what a checkpoint tells."""
    with make_log(tmp_path, 5) as log:
        log.append(entries(2, first=5))

        assert log.resource("tile/0/000.p/7") is None
        assert log.resource("tile/0/000.p/5") == hashes_of(5)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 6), (0, -1)])
def test_a_place_that_is_not_there_is_refused(tmp_path: Path, index: int, size: int) -> None:
    """No proof about what the log does not hold."""
    log = make_log(tmp_path, 5)

    with pytest.raises(NoSuchEntry):
        log.inclusion(index, size=size)
    with pytest.raises(NoSuchEntry):
        log.root_at(6)
    with pytest.raises(NoSuchEntry):
        log.consistency(3, size=2)
    with pytest.raises(NoSuchEntry):
        log.entry(5)


def test_an_empty_log_is_a_log(tmp_path: Path) -> None:
    """A folder that is not there yet holds nothing."""
    log = TileLog(tmp_path / "ledger")

    assert (log.size, log.root, log.signed, log.resource("checkpoint")) == (0, EMPTY_ROOT, None, None)


# -- refusals -------------------------------------------------------------------------------------------


def test_an_entry_that_is_too_long_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    """Nothing of its batch is written."""
    log = make_log(tmp_path, 3)
    before = files_of(tmp_path)

    with pytest.raises(EntryTooLarge):
        log.append([b"short", b"x" * 65_536])

    assert files_of(tmp_path) == before


def test_a_checkpoint_of_another_head_is_not_published(tmp_path: Path) -> None:
    """Another size, another root, no checkpoint."""
    log = make_log(tmp_path, 3)
    old = signed(log.head(ORIGIN))
    log.append(entries(2, first=3))

    with pytest.raises(WrongHead):
        log.publish(old)
    with pytest.raises(WrongHead):
        log.publish(signed(make_log(tmp_path / "other", 4).head(ORIGIN)))

    assert TileLog(tmp_path).size == 3


def test_a_checkpoint_that_the_key_did_not_sign_is_refused(tmp_path: Path) -> None:
    """When opening, and when publishing."""
    make_log(tmp_path, 3)

    with pytest.raises(WrongSignature):
        TileLog(tmp_path, vkey=STRANGER.vkey)
    with TileLog(tmp_path, vkey=SIGNER.vkey) as log, pytest.raises(WrongSignature):
        log.publish(signed(log.head(ORIGIN), signer=STRANGER))


def test_other_entries_at_a_written_place_are_refused(tmp_path: Path) -> None:
    """A checkpoint put back to an older one does not let history be written again."""
    log = make_log(tmp_path, 60)
    old = (tmp_path / "checkpoint").read_bytes()
    log.append(entries(300, first=60))
    log.publish(signed(log.head(ORIGIN)))
    log.close()
    (tmp_path / "checkpoint").write_bytes(old)
    before = files_of(tmp_path)

    with TileLog(tmp_path) as again, pytest.raises(Forked, match="checkpoint of a witness"):
        again.append([b"another history"])

    assert files_of(tmp_path) == before


@pytest.mark.parametrize("count", [1, 5, 240, 260])
def test_the_same_entries_are_appended_again_after_a_cut(tmp_path: Path, count: int) -> None:
    """Fewer, as many or more than before the cut."""
    with make_log(tmp_path, 10) as cut:
        cut.append(entries(5, first=10))

    with TileLog(tmp_path) as log:
        assert log.size == 10
        log.append(entries(count, first=10))
        log.publish(signed(log.head(ORIGIN)))

    assert [one.code for one in judged(files_of(tmp_path)).findings] == (["file_beyond"] * 2 if count < 5 else [])
    assert TileLog(tmp_path).root == merkle.root(hashes_of(10 + count))


def test_only_one_process_writes(tmp_path: Path) -> None:
    """The second is told; when the first has closed, it may."""
    first, second = make_log(tmp_path, 3), TileLog(tmp_path)
    first.append(entries(1, first=3))

    with pytest.raises(Busy):
        second.append(entries(1, first=3))
    first.publish(signed(first.head(ORIGIN)))
    first.close()
    second.append(entries(1, first=4))

    assert second.size == 5


def test_what_a_full_disk_refused_may_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The failure says why, nothing is lost, and the same log goes on, even with more entries."""
    log = make_log(tmp_path, 3)

    def full(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    for call in ("write", "fsync", "replace"):
        with monkeypatch.context() as context:
            context.setattr(f"os.{call}", full)
            with pytest.raises(NotKept, match="No space left on device") as refused:
                log.append(entries(300, first=3))
        assert refused.value.can_retry
        assert TileLog(tmp_path).size == 3
    log.append(entries(301, first=3))
    with monkeypatch.context() as context:
        context.setattr("os.fsync", full)
        with pytest.raises(NotKept):
            log.publish(signed(log.head(ORIGIN)))
    before = log.is_published
    log.publish(signed(log.head(ORIGIN)))

    assert (before, log.is_published) == (False, True)
    assert judged(files_of(tmp_path)).is_intact
    assert TileLog(tmp_path).root == merkle.root(hashes_of(304))


@pytest.mark.parametrize("name", ["tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44", "checkpoint"])
def test_a_log_whose_right_edge_is_damaged_does_not_open(tmp_path: Path, name: str) -> None:
    """Nothing is appended to a log that contradicts itself; the sentence names the way to know more."""
    make_log(tmp_path, 300)
    data = bytearray((tmp_path / name).read_bytes())
    for damaged in (bytes(data[:-1]), bytes([*data[:40], data[40] ^ 1, *data[41:]]) if len(data) > 40 else b""):
        (tmp_path / name).write_bytes(damaged)

        with pytest.raises(BrokenLog, match="rempart verify"):
            TileLog(tmp_path)


def test_a_missing_tile_is_named_when_it_is_needed(tmp_path: Path) -> None:
    """Opening reads the right edge only; a proof that needs the rest says what is missing."""
    log = make_log(tmp_path, 600)
    (tmp_path / "tile/0/000").unlink()
    again = TileLog(tmp_path)

    assert again.root == log.root
    with pytest.raises(BrokenLog, match="tile/0/000"):
        again.inclusion(3)


def test_links_and_pipes_are_not_read(tmp_path: Path) -> None:
    """A link in the place of a tile could lead anywhere."""
    make_log(tmp_path / "log", 3)
    tile = tmp_path / "log/tile/0/000.p/3"
    shutil.move(tile, tmp_path / "elsewhere")
    tile.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(NotKept, match="tile/0/000"):
        TileLog(tmp_path / "log")


def test_readers_find_a_wider_tile_in_the_place_of_theirs(tmp_path: Path) -> None:
    """A log that was open while another process appended still answers for its own size."""
    reader = make_log(tmp_path, 300)
    with TileLog(tmp_path) as writer:
        writer.append(entries(500, first=300))
        writer.publish(signed(writer.head(ORIGIN)))

    assert reader.entry(299) == b"entry 299"
    assert reader.root_at(299) == merkle.root(hashes_of(299))


def test_a_tile_knows_its_first_entry() -> None:
    """What a fault in it concerns."""
    assert [Tile(level=level, number=3).first_entry for level in (ENTRIES, 0, 1)] == [768, 768, 196_608]
