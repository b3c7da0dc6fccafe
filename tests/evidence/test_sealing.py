"""Sealing: opens for those meant, tells nothing to others, and no changed bit passes."""

import errno
import hashlib
import io
import stat
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.errors import BadInput, Damaged
from rempart.evidence import age, keys, padding, sealing
from rempart.evidence.age import TooManyRecipients
from rempart.evidence.sealing import BrokenSeal, NoRecipient, UnknownSeal, WrongKey
from tests.evidence.failing import FailingFile

ALICE, BOB, ZOE = (keys.identity_from_seed(bytes([number]) * 32) for number in (1, 2, 3))
FOR_ALICE, FOR_BOB = keys.recipient_of(ALICE), keys.recipient_of(BOB)
TEXT = b"an invented text about a lost umbrella, " * 50  # 2 kB
MOST_GREASE_BYTES = 600  # age adds a stanza of random length


@given(st.binary(max_size=9_000))
@settings(max_examples=40)
def test_opens_as_it_was_sealed(data: bytes) -> None:
    """For each of several recipients."""
    sealed = sealing.seal(data, recipients=[FOR_ALICE, FOR_BOB])

    assert sealing.unseal(sealed, identities=[ALICE]) == data
    assert sealing.unseal(sealed, identities=[ZOE, BOB]) == data


def test_a_stranger_cannot_open() -> None:
    """And is told so in one sentence."""
    with pytest.raises(WrongKey, match="None of these keys"):
        sealing.unseal(sealing.seal(TEXT, recipients=[FOR_ALICE, FOR_BOB]), identities=[ZOE])


def test_nobody_cannot_open() -> None:
    """No identity is no error of the program."""
    with pytest.raises(WrongKey):
        sealing.unseal(sealing.seal(TEXT, recipients=[FOR_ALICE]), identities=[])


def test_refuses_to_seal_for_nobody() -> None:
    """What nobody can open is lost."""
    with pytest.raises(NoRecipient):
        sealing.seal(TEXT, recipients=[])
    with pytest.raises(NoRecipient):
        sealing.seal_stream(io.BytesIO(TEXT), io.BytesIO(), recipients=[])


def test_the_same_bytes_sealed_twice_have_nothing_in_common() -> None:
    """No one can compare sealed files to learn that their content is the same."""
    first, second = (sealing.seal(TEXT, recipients=[FOR_ALICE]) for _ in range(2))

    assert first != second
    assert first[-4096:] != second[-4096:]


def test_sizes_of_one_bucket_look_the_same() -> None:
    """The length tells a bucket; what age adds on top is drawn by chance."""
    lengths = {len(sealing.seal(bytes(size), recipients=[FOR_ALICE])) // 4096 for size in (0, 1, 500, 2_000, 4_088)}

    assert lengths == {1}


def test_the_content_is_nowhere_to_be_read() -> None:
    """Not even in part."""
    sealed = sealing.seal(TEXT, recipients=[FOR_ALICE])

    assert b"umbrella" not in sealed
    assert sealed.startswith(b"\x01age-encryption.org/v1\n")


def test_a_plain_age_program_opens_it() -> None:
    """Without its first byte it is an age file; its last eight bytes say how many of the first are the data."""
    padded = age.decrypt(sealing.seal(TEXT, recipients=[FOR_ALICE])[1:], identities=[ALICE])

    assert padded[: int.from_bytes(padded[-8:], "big")] == TEXT


def test_every_changed_bit_is_refused() -> None:
    """All of them, in a sealed text of 2 kB."""
    sealed = bytearray(sealing.seal(TEXT, recipients=[FOR_ALICE]))
    accepted = []

    for bit in range(len(sealed) * 8):
        sealed[bit // 8] ^= 1 << bit % 8
        try:
            sealing.unseal(bytes(sealed), identities=[ALICE])
            accepted.append(bit)
        except (WrongKey, UnknownSeal, BrokenSeal):
            pass
        sealed[bit // 8] ^= 1 << bit % 8

    assert accepted == []
    assert sealing.unseal(bytes(sealed), identities=[ALICE]) == TEXT


def test_every_cut_and_every_added_byte_is_refused() -> None:
    """Also a cut between two chunks."""
    sealed = sealing.seal(TEXT, recipients=[FOR_ALICE])

    for wrong in (
        *(sealed[:size] for size in range(0, len(sealed), 7)),
        sealed + b"\0",
        sealed + sealed,
        b"\x01" + sealed,
    ):
        with pytest.raises((WrongKey, BrokenSeal)):
            sealing.unseal(wrong, identities=[ALICE])


def test_the_post_quantum_type_is_refused_with_a_sentence() -> None:
    """It is kept free, and is not called damaged."""
    with pytest.raises(UnknownSeal, match="post-quantum"):
        sealing.unseal(b"\x02" + sealing.seal(TEXT, recipients=[FOR_ALICE])[1:], identities=[ALICE])


def test_age_files_of_other_kinds_are_refused(tmp_path: Path) -> None:
    """ASCII armor and unpadded content: one container, one spelling."""
    armored = b"\x01" + age.encrypt(padding.pad(TEXT), recipients=[FOR_ALICE], armored=True)
    unpadded = b"\x01" + age.encrypt(TEXT, recipients=[FOR_ALICE])

    for wrong in (armored, unpadded):
        with pytest.raises(BrokenSeal):
            sealing.unseal(wrong, identities=[ALICE])
        with pytest.raises(BrokenSeal):
            sealing.unseal_to(io.BytesIO(wrong), identities=[ALICE], target=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_endless_head_is_refused_at_once(tmp_path: Path) -> None:
    """The library beneath would read it for an hour; sealing for so many is refused too, so that all can be opened."""
    stanza = b"-> X25519 " + b"A" * 42 + b"E\n" + b"A" * 42 + b"E\n"
    endless = b"\x01age-encryption.org/v1\n" + stanza * 20_000 + b"--- " + b"A" * 42 + b"E\n" + bytes(100)
    many = [keys.recipient_of(keys.identity_from_seed(number.to_bytes(32, "big"))) for number in range(1, 102)]

    with pytest.raises(BrokenSeal):
        sealing.unseal(endless, identities=[ALICE])
    with pytest.raises(BrokenSeal):
        sealing.unseal_to(io.BytesIO(endless), identities=[ALICE], target=tmp_path / "out")
    with pytest.raises(BrokenSeal):
        age.decrypt(endless[1:], identities=[ALICE])
    with pytest.raises(TooManyRecipients):
        sealing.seal(TEXT, recipients=many)
    assert sealing.unseal(sealing.seal(TEXT, recipients=[*many[1:], FOR_ALICE][-100:]), identities=[ALICE]) == TEXT


def test_the_kinds_of_failure_are_known() -> None:
    """The faces know four kinds."""
    assert issubclass(WrongKey, BadInput)
    assert issubclass(UnknownSeal, BadInput)
    assert issubclass(BrokenSeal, Damaged)


# -- streams --------------------------------------------------------------------------------------------


@given(st.integers(0, 300_000))
@settings(max_examples=25)
def test_a_stream_and_bytes_at_hand_are_one_format(size: int) -> None:
    """What one seals, the other opens; the figures are those of the bytes."""
    data = hashlib.shake_128(b"x").digest(size)
    target = io.BytesIO()

    told = sealing.seal_stream(io.BytesIO(data), target, recipients=[FOR_ALICE])

    sealed = target.getvalue()
    assert sealing.unseal(sealed, identities=[ALICE]) == data
    assert (told.sha256, told.size_bytes) == (hashlib.sha256(data).hexdigest(), size)
    assert (told.sealed_sha256, told.sealed_bytes) == (hashlib.sha256(sealed).hexdigest(), len(sealed))


@pytest.mark.parametrize("size", [0, 1, 4_088, 4_089, 65_536, 262_136, 1_500_000])
def test_a_stream_opens_into_a_file(tmp_path: Path, size: int) -> None:
    """Whole, for its owner only, and nothing else is left beside it."""
    data = hashlib.shake_128(b"y").digest(size)
    sealed = sealing.seal(data, recipients=[FOR_ALICE])

    sealing.unseal_to(io.BytesIO(sealed), identities=[ALICE], target=tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == data
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_cut_stream_leaves_no_file(tmp_path: Path) -> None:
    """Not a byte of what was opened before the cut was seen."""
    sealed = sealing.seal(hashlib.shake_128(b"z").digest(400_000), recipients=[FOR_ALICE])

    for size in (*range(0, 400, 40), *range(400, len(sealed), 20_011), len(sealed) - 1):
        with pytest.raises((WrongKey, BrokenSeal)):
            sealing.unseal_to(io.BytesIO(sealed[:size]), identities=[ALICE], target=tmp_path / "out")
        assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    """A file is replaced by a whole one or not at all."""
    (tmp_path / "out").write_bytes(b"before")
    sealed = sealing.seal(TEXT, recipients=[FOR_ALICE])

    with pytest.raises(BrokenSeal):
        sealing.unseal_to(io.BytesIO(sealed[:-1]), identities=[ALICE], target=tmp_path / "out")
    with pytest.raises(BrokenSeal):
        sealing.unseal_to(io.BytesIO(sealed + b"\0"), identities=[ALICE], target=tmp_path / "out")

    assert (tmp_path / "out").read_bytes() == b"before"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("good_bytes", [0, 1, 5_000, 300_000])
def test_a_failing_disk_is_told_as_it_is(tmp_path: Path, code: int, good_bytes: int) -> None:
    """The error of the system comes out, not one of the library beneath; no file is left."""
    data = bytes(400_000)
    broken_source = cast("BinaryIO", FailingFile(io.BytesIO(data), good_bytes=good_bytes, code=code))
    broken_target = cast("BinaryIO", FailingFile(io.BytesIO(), good_bytes=good_bytes, code=code))
    sealed = sealing.seal(data, recipients=[FOR_ALICE])
    broken_sealed = cast("BinaryIO", FailingFile(io.BytesIO(sealed), good_bytes=good_bytes, code=code))

    with pytest.raises(OSError, match=r".") as read:
        sealing.seal_stream(broken_source, io.BytesIO(), recipients=[FOR_ALICE])
    with pytest.raises(OSError, match=r".") as written:
        sealing.seal_stream(io.BytesIO(data), broken_target, recipients=[FOR_ALICE])
    with pytest.raises(OSError, match=r".") as opened:
        sealing.unseal_to(broken_sealed, identities=[ALICE], target=tmp_path / "out")

    assert read.value.errno == written.value.errno == opened.value.errno == code
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_is_told_as_it_is() -> None:
    """Ctrl-C in the midst of a file is Ctrl-C, not an error of the seal."""

    class Interrupted:
        def read(self, size: int) -> bytes:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sealing.seal_stream(cast("BinaryIO", Interrupted()), io.BytesIO(), recipients=[FOR_ALICE])


LARGE = """
import io, resource, sys
from pathlib import Path
from rempart.evidence import keys, sealing

class Zeros:
    left = 256 << 20
    def read(self, size):
        given = min(size, self.left)
        self.left -= given
        return bytes(given)

identity = keys.identity_from_seed(bytes(range(32)))
folder = Path(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with (folder / "sealed").open("w+b") as file:
    told = sealing.seal_stream(Zeros(), file, recipients=[keys.recipient_of(identity)])
    file.seek(0)
    sealing.unseal_to(file, identities=[identity], target=folder / "opened")
assert told.size_bytes == (folder / "opened").stat().st_size == 256 << 20
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_memory_does_not_follow_the_size(tmp_path: Path) -> None:
    """256 MiB are sealed and opened in less than 16 MiB."""
    done = subprocess.run(
        [sys.executable, "-c", LARGE, str(tmp_path)], capture_output=True, encoding="utf-8", check=True
    )

    assert int(done.stdout) < 16
