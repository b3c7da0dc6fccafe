"""Lists at rest: sealed, opened into memory only, and never without a line in the use log."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from rempart.evidence import keys
from rempart.evidence.age import BrokenSeal, NoRecipient, WrongKey
from rempart.evidence.vault import NotKept
from rempart.matching import store as module
from rempart.matching.reading import ListReading, NothingListed
from rempart.matching.store import BadName, BrokenList, ListStore, ListThere, NewList, NoSuchList, id_of
from rempart.matching.uses import START, BrokenUses, LookUp, UsesNotKept, head, log_use, read_uses
from tests.matching.known_lists import entry, md5, medium, page, tombstone, vics

AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
KEY, OTHER = keys.new_identity(), keys.new_identity()
RECIPIENTS = [keys.recipient_of(KEY)]
USE = LookUp(by="Bob", at=AT, looked_up=3, exhibits=("e" * 64,))


def new(name: str = "One", **more: object) -> NewList:
    """What Alice says when she adds a list."""
    return NewList(name=name, added_at=AT, added_by="Alice", **more)  # type: ignore[arg-type] # fields of the record


def reading(folder: Path, data: bytes) -> ListReading:
    """A list to add."""
    path = folder / hashlib.sha256(data).hexdigest()[:8]
    path.write_bytes(data)
    return ListReading(path)


@pytest.fixture
def store(tmp_path: Path) -> ListStore:
    """A store with one list of two rows."""
    kept = ListStore(tmp_path / "store")
    kept.add(
        reading(tmp_path, vics([medium("a"), medium("b")])),
        new(version="2024-1", issued_on=date(2024, 1, 5)),
        recipients=RECIPIENTS,
    )
    return kept


def rows(store: ListStore, list_id: str = "one") -> list[tuple[int, str | None, str | None]]:
    """(number, MD5, version) of every row in use."""
    parts = store.open(list_id, identities=[KEY], use=USE).parts
    return [(row["listing_row"], row["md5"], part.version) for part in parts for row in part.load().to_pylist()]


def test_a_list_comes_back_as_it_was(store: ListStore) -> None:
    """With what is known of where it comes from."""
    (kept,) = store.lists()

    assert rows(store) == [(1, md5("a"), "2024-1"), (2, md5("b"), "2024-1")]
    assert (kept.list_id, kept.name, kept.standing, kept.rows) == ("one", "One", "listed", 2)
    assert (kept.deliveries[0].added_by, kept.deliveries[0].added_at, kept.deliveries[0].form) == ("Alice", AT, "vics")
    assert store.open("one", identities=[KEY], use=USE).parts[0].issued_on == date(2024, 1, 5)


def test_nothing_readable_lies_in_the_folder(store: ListStore, tmp_path: Path) -> None:
    """No digest, in any spelling, before or after it was opened."""
    rows(store)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "store").rglob("*") if path.is_file())

    for text in ("a", "b"):
        assert md5(text).encode() not in kept
        assert md5(text).upper().encode() not in kept
        assert bytes.fromhex(md5(text)) not in kept


def test_another_key_opens_nothing(store: ListStore) -> None:
    """And who tried stands in the log."""
    listing = store.open("one", identities=[OTHER], use=USE)

    with pytest.raises(WrongKey):
        listing.parts[0].load()
    assert store.uses()[-1].by == "Bob"


def test_a_changed_or_lost_part_is_refused(store: ListStore, tmp_path: Path) -> None:
    """It is said, not passed over."""
    (sealed,) = [path for path in (tmp_path / "store/vault").rglob("*") if path.is_file()]
    listing = store.open("one", identities=[KEY], use=USE)
    data = bytearray(sealed.read_bytes())
    data[-1] ^= 1
    sealed.chmod(0o600)
    sealed.write_bytes(data)

    with pytest.raises(BrokenSeal):
        listing.parts[0].load()
    sealed.unlink()
    with pytest.raises(NotKept):
        listing.parts[0].load()


def test_a_changed_description_is_refused(store: ListStore, tmp_path: Path) -> None:
    """A part of another size than was kept, and what is no description."""
    path = tmp_path / "store/lists/one.json"
    told = json.loads(path.read_text("utf-8"))
    told["deliveries"][0]["parts"][0]["rows"] = 7
    path.write_text(json.dumps(told), "utf-8")

    with pytest.raises(BrokenList):
        rows(store)
    path.write_text("{}", "utf-8")
    with pytest.raises(BrokenList):
        store.lists()


def test_large_lists_lie_in_several_containers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their rows are numbered through all of them."""
    monkeypatch.setattr(module, "PART_ROWS", 1)
    monkeypatch.setattr("rempart.matching.lists.form.BATCH_ROWS", 2)
    kept = ListStore(tmp_path / "store")
    kept.add(reading(tmp_path, vics([medium(str(n)) for n in range(5)])), new(), recipients=RECIPIENTS)

    assert [part.rows for part in kept.lists()[0].deliveries[0].parts] == [2, 2, 1]
    assert [row[:2] for row in rows(kept)] == [(n + 1, md5(str(n))) for n in range(5)]


def test_a_later_delivery_continues_the_list(tmp_path: Path) -> None:
    """Its tombstones reach back into the first."""
    kept = ListStore(tmp_path / "store")
    kept.add(reading(tmp_path, page(entry("a", item="x"))), new(), recipients=RECIPIENTS)
    kept.add(reading(tmp_path, page(tombstone("x"), entry("b", item="y"))), new(mode="continue"), recipients=RECIPIENTS)

    listing = kept.open("one", identities=[KEY], use=USE)

    assert [row[:2] for row in rows(kept)] == [(1, md5("a")), (2, None), (3, md5("b"))]
    assert (listing.replacing, kept.lists()[0].rows) == (True, 3)


def test_a_replaced_list_is_out_of_use_and_still_sealed(store: ListStore, tmp_path: Path) -> None:
    """Nothing is removed."""
    before = {path for path in (tmp_path / "store/vault").rglob("*") if path.is_file()}

    store.add(reading(tmp_path, vics([medium("c")])), new(mode="replace", version="2025-1"), recipients=RECIPIENTS)

    assert rows(store) == [(1, md5("c"), "2025-1")]
    assert len(store.lists()[0].deliveries) == 2
    assert all(path.exists() for path in before)


@pytest.mark.parametrize(
    ("name", "mode", "texts", "error"),
    [
        ("One", "new", "c", ListThere),
        ("one!", "new", "c", ListThere),
        ("One", "continue", "ab", ListThere),
        ("Two", "continue", "c", NoSuchList),
        ("Two", "replace", "c", NoSuchList),
        ("…", "new", "c", BadName),
    ],
)
def test_refuses_what_would_mix_lists(
    store: ListStore, tmp_path: Path, name: str, mode: str, texts: str, error: type[Exception]
) -> None:
    """The same name, the same file, no such list, no name: what was kept is as it was."""
    before = store.lists()

    with pytest.raises(error):
        store.add(
            reading(tmp_path, vics([medium(text) for text in texts])), new(name, mode=mode), recipients=RECIPIENTS
        )
    assert store.lists() == before


def test_refuses_to_mix_known_software_with_another_list(store: ListStore, tmp_path: Path) -> None:
    """What sets aside and what does not are two lists."""
    with pytest.raises(ListThere):
        store.add(reading(tmp_path, vics([medium("c")])), new(mode="continue", known_good=True), recipients=RECIPIENTS)


def test_nothing_is_kept_of_a_list_that_cannot_be(tmp_path: Path) -> None:
    """Without rows, or without a key."""
    kept = ListStore(tmp_path / "store")

    with pytest.raises(NothingListed):
        kept.add(reading(tmp_path, vics([])), new(), recipients=RECIPIENTS)
    with pytest.raises(NoRecipient):
        kept.add(reading(tmp_path, vics([medium("a")])), new(), recipients=[])
    assert (kept.lists(), kept.uses()) == ((), ())


@pytest.mark.parametrize("name", ["two", "../one", "One", ""])
def test_a_list_that_is_not_there_is_not_opened(store: ListStore, name: str) -> None:
    """A name is no path."""
    with pytest.raises(NoSuchList):
        store.open(name, identities=[KEY], use=USE)


@pytest.mark.parametrize(
    ("name", "list_id"), [("Liste INTERPOL, été 2024", "liste-interpol-ete-2024"), ("../x", "x"), ("A--B", "a-b")]
)
def test_an_id_is_made_of_letters_digits_and_hyphens(name: str, list_id: str) -> None:
    """So that it may name a file."""
    assert id_of(name) == list_id


# -- the use log ----------------------------------------------------------------------------------------


def test_each_use_is_a_line_that_tells_the_one_before(store: ListStore, tmp_path: Path) -> None:
    """Who, when, which list, how many look-ups, which exhibits; written before the list is opened."""
    store.open_all(identities=[KEY], use=USE)
    added, opened = store.uses()

    assert (added.seq, added.by, added.act, added.list_id, added.previous) == (1, "Alice", "add", "one", START)
    assert (opened.seq, opened.by, opened.at, opened.looked_up, opened.exhibits) == (2, "Bob", AT, 3, ("e" * 64,))
    first, second, end = (tmp_path / "store/uses.jsonl").read_bytes().split(b"\n")
    assert opened.previous == hashlib.sha256(first).hexdigest()
    assert (head(tmp_path / "store/uses.jsonl"), end) == (hashlib.sha256(second).hexdigest(), b"")


@pytest.mark.parametrize("line", [1, 2, 3])
@pytest.mark.parametrize("how", ["changed", "removed", "added"])
def test_a_line_that_was_touched_is_found(tmp_path: Path, line: int, how: str) -> None:
    """Changed, taken out, or put between others; of the last line only its change in form can be seen."""
    path = tmp_path / "uses.jsonl"
    for number in range(4):
        log_use(path, f"list-{number}", USE)
    lines = path.read_bytes().split(b"\n")
    if how == "changed":
        lines[line - 1] = lines[line - 1].replace(b"Bob", b"Zoe")
    elif how == "removed":
        del lines[line - 1]
    else:
        lines.insert(line, lines[line - 1])
    path.write_bytes(b"\n".join(lines))

    with pytest.raises(BrokenUses, match="Line"):
        read_uses(path)


def test_an_untouched_log_is_read_whole(tmp_path: Path) -> None:
    """None at all is an empty one."""
    path = tmp_path / "uses.jsonl"

    assert (read_uses(path), head(path)) == ((), START)
    for number in range(3):
        log_use(path, f"list-{number}", USE)
    assert [use.list_id for use in read_uses(path)] == ["list-0", "list-1", "list-2"]


@pytest.mark.parametrize("tail", [b'{"seq":2', b"junk\n"])
def test_nothing_is_written_behind_a_broken_line(store: ListStore, tmp_path: Path, tail: bytes) -> None:
    """The list stays closed until somebody has looked."""
    path = tmp_path / "store/uses.jsonl"
    path.write_bytes(path.read_bytes() + tail)
    before = path.read_bytes()

    with pytest.raises(BrokenUses):
        store.open("one", identities=[KEY], use=USE)
    assert path.read_bytes() == before


def test_a_list_whose_use_cannot_be_written_is_not_opened(store: ListStore, tmp_path: Path) -> None:
    """A folder stands where the log should be."""
    (tmp_path / "store/uses.jsonl").unlink()
    (tmp_path / "store/uses.jsonl").mkdir()

    with pytest.raises(UsesNotKept):
        store.open("one", identities=[KEY], use=USE)


def test_a_list_that_is_removed_leaves_no_row_and_its_description(store: ListStore, tmp_path: Path) -> None:
    """Its sealed rows are destroyed, the use is written down, and what is known of it without them stays."""
    gone = store.remove("one", use=LookUp(by="Alice", at=AT, act="remove"))

    assert (store.lists(), store.removed()) == ((), (gone,))
    assert not any(path.is_file() for path in (tmp_path / "store" / "vault").rglob("*"))
    assert [use.act for use in store.uses()] == ["add", "remove"]
    with pytest.raises(NoSuchList):
        store.open("one", identities=[KEY], use=USE)
    with pytest.raises(NoSuchList):
        store.remove("one", use=USE)


def test_rows_that_another_list_holds_too_are_left(store: ListStore, tmp_path: Path) -> None:
    """Only what nobody else names is destroyed."""
    store.add(reading(tmp_path, vics([medium("c")])), new("Two"), recipients=RECIPIENTS)

    store.remove("one", use=LookUp(by="Alice", at=AT, act="remove"))

    assert [row[1] for row in rows(store, "two")] == [md5("c")]
