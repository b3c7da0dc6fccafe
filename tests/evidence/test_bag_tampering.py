"""Every way to damage a small bag, and each is found and named: all bits, deletions, swaps, cuts, additions.

For the bits, digests of files that a step does not touch are remembered between two judgements; all else is anew.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import pytest

from rempart.evidence import bag, bag_verifier
from tests.evidence.handover import make_site

EXHAUSTIVE = "REMPART_EXHAUSTIVE" in os.environ


class Judge:
    """The verifier over one bag."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def files(self) -> list[Path]:
        """Every file of the bag."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def name(self, path: Path) -> str:
        """The place as the verifier tells it."""
        return path.relative_to(self.folder).as_posix()

    def places(self) -> set[str]:
        """Where the verifier finds faults."""
        return {place for place, _ in bag_verifier.verifier(self.folder)}

    @contextmanager
    def changing(self, *paths: Path) -> Iterator[None]:
        """Lets files change, and gives them back as they were."""
        before = {path: path.read_bytes() for path in paths}
        yield
        for path, data in before.items():
            path.write_bytes(data)

    def remember(self, monkeypatch: pytest.MonkeyPatch, changing: Path) -> None:
        """Reads anew one file only, from now on: the digests of all others, and judged signatures, are remembered.

        Unless all is asked for, the manifests judge alone: they name every change, and `test_bag_verifier` does without.
        """
        known = {self.name(path): bag_verifier.empreintes(path) for path in self.files()}

        def listed(_: Path) -> tuple[dict[str, tuple[str, str]], list[tuple[str, str]]]:
            return {**known, self.name(changing): bag_verifier.empreintes(changing)}, []

        monkeypatch.setattr(bag_verifier, "lister", listed)
        monkeypatch.setattr(bag_verifier, "signature_valable", lru_cache(bag_verifier.signature_valable))
        if not EXHAUSTIVE:
            monkeypatch.setattr(bag_verifier, "controler_registre", lambda *_: [])


def sound_bag(folder: Path, *, exhibits: int) -> Judge:
    """A sound bag before its judge, all of whose files can be written."""
    bag.make_bag(make_site(folder / "site", exhibits=exhibits, others=1).order(), target=folder / "bag")
    for path in (folder / "bag").rglob("*"):
        path.chmod(0o700)
    judge = Judge(folder / "bag")
    assert judge.places() == set()
    return judge


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """A bag of eight exhibits, as received and as sealed."""
    return sound_bag(tmp_path, exhibits=8)


def bits_of(path: Path) -> Iterator[int]:
    """Every bit; of the sealed exhibits, the sheet and the program one bit in each byte, unless all are asked for."""
    size = path.stat().st_size
    large = path.parent.name == "scelles" or path.name in {"LISEZMOI.txt", "verifier.py"}
    if large and not EXHAUSTIVE:
        yield from (8 * byte + byte % 8 for byte in range(size))
    else:
        yield from range(8 * size)


def test_every_changed_bit_is_found_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every file of a bag of 18 files."""
    judge, missed = sound_bag(tmp_path, exhibits=2), []
    for path in judge.files():
        name, data = judge.name(path), path.read_bytes()
        with monkeypatch.context() as patched, path.open("r+b", buffering=0) as file:
            judge.remember(patched, changing=path)
            for bit in bits_of(path):
                os.pwrite(file.fileno(), bytes([data[bit // 8] ^ 1 << bit % 8]), bit // 8)
                missed += [] if name in judge.places() else [(name, bit)]
                os.pwrite(file.fileno(), data[bit // 8 : bit // 8 + 1], bit // 8)

    assert missed == []


def test_every_deletion_is_found_and_named(judge: Judge) -> None:
    """Manifests included."""
    for path in judge.files():
        with judge.changing(path):
            path.unlink()
            assert judge.name(path) in judge.places()


def test_every_cut_and_every_lengthening_is_found_and_named(judge: Judge) -> None:
    """Empty, one byte less, half, one byte more, the whole twice."""
    for path in judge.files():
        data = path.read_bytes()
        for wrong in {b"", data[:-1], data[: len(data) // 2], data + b"\0", data + b"\n", data + data} - {data}:
            with judge.changing(path):
                path.write_bytes(wrong)
                assert judge.name(path) in judge.places(), len(wrong)


def test_every_swap_is_found_and_both_are_named(judge: Judge) -> None:
    """Of any two files whose bytes differ."""
    for one, other in combinations(judge.files(), 2):
        one_data, other_data = one.read_bytes(), other.read_bytes()
        if one_data != other_data:
            with judge.changing(one, other):
                one.write_bytes(other_data)
                other.write_bytes(one_data)
                assert {judge.name(one), judge.name(other)} <= judge.places()


def test_anything_added_is_found_and_named(judge: Judge) -> None:
    """A file anywhere, an empty folder, a link, a pipe."""
    for name in (
        "x",
        "data/x",
        "data/pieces/" + "0" * 64,
        "proofs/0.tlog-proof",
        "stamps/1.tsr",
        "data/data/x",
        ".hidden",
    ):
        path = judge.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
        assert name in judge.places()
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    (judge.folder / "empty").mkdir()
    (judge.folder / "link").symlink_to(judge.folder / "checkpoint")
    (judge.folder / "folder-link").symlink_to(judge.folder / "data")
    os.mkfifo(judge.folder / "pipe")

    assert judge.places() == {"empty", "link", "folder-link", "pipe"}
