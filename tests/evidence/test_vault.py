"""The vault: what is put is kept whole under its address, or not at all; names from outside lead nowhere."""

import errno
import hashlib
import io
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.evidence import durable, keys, sealing
from rempart.evidence.sealing import BrokenSeal, NoRecipient, WrongKey
from rempart.evidence.vault import NotAnAddress, NotKept, Vault
from tests.evidence.failing import FailingFile

ALICE, ZOE = (keys.identity_from_seed(bytes([number]) * 32) for number in (1, 3))
FOR_ALICE = (keys.recipient_of(ALICE),)
NOWHERE = "0" * 64


def files(folder: Path) -> list[str]:
    """Every file below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def test_keeps_and_gives_back(tmp_path: Path) -> None:
    """The figures are those of the bytes, sealed and unsealed."""
    vault, data = Vault(tmp_path / "deep" / "exhibits"), b"an invented picture" * 999

    kept = vault.put(io.BytesIO(data), recipients=FOR_ALICE)
    vault.unseal_to(kept.address, identities=[ALICE], target=tmp_path / "out")

    sealed = (tmp_path / "deep" / "exhibits" / kept.address[:2] / kept.address[2:]).read_bytes()
    assert (tmp_path / "out").read_bytes() == data
    assert (kept.sha256, kept.size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (kept.address, kept.sealed_bytes) == (hashlib.sha256(sealed).hexdigest(), len(sealed))
    assert vault.check(kept.address)
    assert files(tmp_path / "deep") == [f"exhibits/{kept.address[:2]}/{kept.address[2:]}"]


def test_the_same_file_twice_is_two_exhibits(tmp_path: Path) -> None:
    """Nobody can ask the vault whether it knows a file."""
    vault = Vault(tmp_path)

    first, second = (vault.put(io.BytesIO(b"the same"), recipients=FOR_ALICE) for _ in range(2))

    assert first.address != second.address
    assert first.sha256 == second.sha256
    assert list(vault.addresses()) == sorted([first.address, second.address])


def test_an_exhibit_is_for_reading_only(tmp_path: Path) -> None:
    """Its owner and group may read it, nobody may write it."""
    kept = Vault(tmp_path).put(io.BytesIO(b"x"), recipients=FOR_ALICE)

    assert stat.S_IMODE((tmp_path / kept.address[:2] / kept.address[2:]).stat().st_mode) == 0o440
    assert stat.S_IMODE((tmp_path / kept.address[:2]).stat().st_mode) & 0o007 == 0


def test_an_empty_vault_holds_nothing(tmp_path: Path) -> None:
    """Not even a folder; and strange files are no exhibits."""
    vault = Vault(tmp_path / "exhibits")
    (tmp_path / "exhibits" / "ab").mkdir(parents=True)
    (tmp_path / "exhibits" / "ab" / "notes.txt").write_bytes(b"")
    (tmp_path / "exhibits" / "cd").write_bytes(b"")

    assert list(vault.addresses()) == list(Vault(tmp_path / "none").addresses()) == []
    assert not vault.check(NOWHERE)
    with pytest.raises(NotKept):
        vault.unseal_to(NOWHERE, identities=[ALICE], target=tmp_path / "out")
    with pytest.raises(NotKept):
        vault.open_sealed(NOWHERE)


HOSTILE = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        ["", ".", "..", "../../etc/passwd", "/etc/passwd", "ab/../../x", "a" * 63, "A" * 64, "g" * 64, "\0" * 64,
         "0" * 64 + "\n", "../" + "a" * 61, "٠" * 64, "０" * 64, "con", "C:\\x", ".incoming/x", "a" * 128]
    ),
)  # fmt: skip


@given(HOSTILE)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_name_from_outside_is_no_path(tmp_path: Path, name: str) -> None:
    """What is not an address is refused before any file is touched."""
    vault = Vault(tmp_path / "exhibits")

    for use in (vault.check, vault.open_sealed):
        with pytest.raises(NotAnAddress):
            use(name)
    with pytest.raises(NotAnAddress):
        vault.unseal_to(name, identities=[ALICE], target=tmp_path / "out")

    assert files(tmp_path) == []


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("good_bytes", [0, 1, 5_000, 300_000])
def test_a_source_that_fails_leaves_nothing(tmp_path: Path, code: int, good_bytes: int) -> None:
    """Neither an exhibit nor a part of one."""
    vault = Vault(tmp_path)
    source = FailingFile(io.BytesIO(bytes(400_000)), good_bytes=good_bytes, code=code)

    with pytest.raises(OSError, match=r".") as refused:
        vault.put(cast("BinaryIO", source), recipients=FOR_ALICE)

    assert refused.value.errno == code
    assert files(tmp_path) == []


@pytest.mark.parametrize("step", ["write", "fsync", "rename"])
@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_a_disk_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    """At whichever step of the keeping it fails, and what was kept before stays."""
    vault = Vault(tmp_path)
    before = vault.put(io.BytesIO(b"before"), recipients=FOR_ALICE)

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    if step == "write":
        monkeypatch.setattr(sealing._HashingWriter, "write", fail)
    elif step == "fsync":
        monkeypatch.setattr(durable, "sync", fail)
    else:
        monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match=r".") as refused:
        vault.put(io.BytesIO(bytes(400_000)), recipients=FOR_ALICE)

    assert refused.value.errno == code
    assert list(vault.addresses()) == [before.address]
    assert len(files(tmp_path)) == 1


def test_every_folder_on_the_way_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes before the rename, the shelf and the vault after it: a power cut loses nothing that was told kept."""
    steps: list[str] = []
    rename, sync, sync_folder = Path.rename, durable.sync, durable.sync_folder

    def told_rename(path: Path, target: Path) -> None:
        steps.append("rename")
        rename(path, target)

    def told_sync(file: BinaryIO) -> None:
        steps.append("file")
        sync(file)

    def told_sync_folder(folder: Path) -> None:
        steps.append(folder.relative_to(tmp_path).as_posix())
        sync_folder(folder)

    monkeypatch.setattr(Path, "rename", told_rename)
    monkeypatch.setattr(durable, "sync", told_sync)
    monkeypatch.setattr(durable, "sync_folder", told_sync_folder)

    kept = Vault(tmp_path / "v").put(io.BytesIO(b"x"), recipients=FOR_ALICE)

    shelf = f"v/{kept.address[:2]}"
    assert steps == [".", "v", "file", "v", "rename", shelf, "v"]


def test_refuses_to_keep_for_nobody(tmp_path: Path) -> None:
    """And keeps nothing."""
    with pytest.raises(NoRecipient):
        Vault(tmp_path).put(io.BytesIO(b"x"), recipients=[])

    assert files(tmp_path) == []


def test_a_changed_exhibit_is_seen_without_a_key(tmp_path: Path) -> None:
    """Any bit, a missing byte, another exhibit in its place."""
    vault = Vault(tmp_path)
    kept, other = (vault.put(io.BytesIO(b"x"), recipients=FOR_ALICE) for _ in range(2))
    path = tmp_path / kept.address[:2] / kept.address[2:]
    good = path.read_bytes()
    stranger = (tmp_path / other.address[:2] / other.address[2:]).read_bytes()
    path.chmod(0o600)
    flipped = [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in (0, 30, 60, 200, len(good) - 1)]

    for bad in (*flipped, good[:-1], good + b"\0", b"", stranger):
        path.write_bytes(bad)
        with pytest.raises(BrokenSeal):
            vault.check(kept.address)
        with pytest.raises(BrokenSeal):
            vault.unseal_to(kept.address, identities=[ALICE], target=tmp_path / "out")

    assert not (tmp_path / "out").exists()
    assert vault.check(other.address)


def test_a_wrong_key_is_not_called_damage(tmp_path: Path) -> None:
    """The exhibit is intact, and nothing was written."""
    vault = Vault(tmp_path / "v")
    kept = vault.put(io.BytesIO(b"x"), recipients=FOR_ALICE)

    with pytest.raises(WrongKey):
        vault.unseal_to(kept.address, identities=[ZOE], target=tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_what_a_kill_left_is_no_exhibit_and_can_be_removed(tmp_path: Path) -> None:
    """What is still being written is not touched."""
    vault, now = Vault(tmp_path), datetime(2026, 11, 21, 12, tzinfo=UTC)
    kept = vault.put(io.BytesIO(b"x"), recipients=FOR_ALICE)
    for name, age_hours in (("old", 30), ("new", 1)):
        left = tmp_path / ".incoming" / f"{durable.UNFINISHED}{name}"
        left.write_bytes(b"half")
        os.utime(left, ((now - timedelta(hours=age_hours)).timestamp(),) * 2)

    assert list(vault.addresses()) == [kept.address]
    assert vault.remove_unfinished(before_at=now - timedelta(days=1)) == 1
    assert [name for name in files(tmp_path) if "incoming" in name] == [f".incoming/{durable.UNFINISHED}new"]
