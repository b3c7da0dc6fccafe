"""Folders that hold an export unsealed while it is analysed: private, in memory where there is room, gone when the block ends.

Only a kill leaves one behind. Who takes the analysis up again on the same start of the machine with the same version goes on in it;
what nobody will take up again is removed by `clean`. A folder is held by a lock, which its process and the confined one share, so that
no two work in it.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from rempart.detection.run import RULES_VERSION
from rempart.errors import OutsideFailure
from rempart.evidence import durable
from rempart.version import VERSION
from rempart.web.analysing.job import write_whole
from rempart.web.config import Site

MEMORY = Path("/dev/shm")  # noqa: S108 - checked to be ours before it is used
TIMES = 4  # so many times the sealed size must be free: the export, its tables, its messages, its words
SPARE_BYTES = 256 << 20  # of memory, beside; for everybody else
_STAMP = "stamp"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class NoRoom(OutsideFailure):
    """Neither memory nor the disk has room for an export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """For which analysis, of which exhibit (address, sealed size), and whether memory turned out too small before."""

    analysis: UUID
    exhibit: str
    size_bytes: int
    on_disk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFolder:
    """The folder, and the lock to hand on to a process that works in it."""

    path: Path
    lock: int


@contextlib.contextmanager
def work_folder(site: Site, wanted: Wanted) -> Iterator[WorkFolder]:
    """The folder that a kill left of this analysis, or a new one; removed at the end. Raises: NoRoom, OSError."""
    held = _left(site, wanted.analysis) or _new(site, wanted)
    try:
        _prepare(held.path, f"{VERSION} {RULES_VERSION} {wanted.exhibit} {_boot()}")
        yield held
    finally:
        _remove(held)


def clean(site: Site, *, under_way: Collection[UUID]) -> int:
    """Removes the folders of analyses that nobody will take up again; how many."""
    wanted = {analysis.hex for analysis in under_way}
    removed = 0
    for path in _all(site, "*"):
        if path.name.partition("-")[0] not in wanted and (held := _hold(path)):
            _remove(held)
            removed += 1
    return removed


def places(site: Site) -> tuple[Path, Path]:
    """Where folders may be: in memory, on the disk."""
    mark = hashlib.sha256(os.fsencode(site.folder.resolve())).hexdigest()[:16]
    return MEMORY / f"rempart-{os.getuid()}-{mark}", site.folder / "desk" / "work"


def _left(site: Site, analysis: UUID) -> WorkFolder | None:
    return next((held for path in _all(site, f"{analysis.hex}-*") if (held := _hold(path))), None)


def _new(site: Site, wanted: Wanted) -> WorkFolder:
    place = _place(site, wanted)
    path = place / f"{wanted.analysis.hex}-{secrets.token_hex(4)}"
    try:
        path.mkdir(mode=0o700)
    except FileNotFoundError:  # another worker has just removed the empty place
        place.mkdir(mode=0o700, exist_ok=True)
        path.mkdir(mode=0o700)
    if held := _hold(path):
        return held
    raise NoRoom("A folder to work in could not be locked.", can_retry=True)


def _place(site: Site, wanted: Wanted) -> Path:
    memory, disk = places(site)
    needed = TIMES * wanted.size_bytes
    if not wanted.on_disk and _is_ours(memory) and _free_memory(memory) >= needed + SPARE_BYTES:
        return memory
    durable.make_folder(disk, mode=0o700)
    if _free(disk) < needed:
        raise NoRoom("There is not enough room to work on this file.", can_retry=True)
    return disk


def _all(site: Site, pattern: str) -> list[Path]:
    memory, disk = places(site)
    return [path for place in (memory, disk) if _is_ours(place, make=False) for path in sorted(place.glob(pattern))]


def _hold(path: Path) -> WorkFolder | None:
    """Locks a folder; None when somebody works in it, or it is gone."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.stat().st_ino == os.fstat(number).st_ino:
            return WorkFolder(path=path, lock=number)
    except OSError:
        pass
    os.close(number)
    return None


def _remove(held: WorkFolder) -> None:
    """The folder, and its place when it was the last one there."""
    shutil.rmtree(held.path, ignore_errors=True)
    os.close(held.lock)
    with contextlib.suppress(OSError):
        held.path.parent.rmdir()


def _prepare(path: Path, stamp: str) -> None:
    """Empties what another version, or the machine before its last start, has left."""
    if (path / _STAMP).exists() and (path / _STAMP).read_text("utf-8") == stamp:
        return
    for left in path.iterdir():
        shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    write_whole(path / _STAMP, stamp.encode("utf-8"))


def _is_ours(place: Path, *, make: bool = True) -> bool:
    """Whether the folder is private and of this user: everybody may make folders in /dev/shm."""
    try:
        if make:
            with contextlib.suppress(FileExistsError):
                place.mkdir(mode=0o700)
        told = place.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(told.st_mode) and told.st_uid == os.getuid() and not stat.S_IMODE(told.st_mode) & 0o077


def _free(place: Path) -> int:
    told = os.statvfs(place)
    return told.f_bavail * told.f_frsize


def _free_memory(place: Path) -> int:
    """What the file system in memory, and the memory itself, have left; 0 where the system does not tell."""
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text("ascii").splitlines())
        return min(_free(place), int(lines["MemAvailable"].split()[0]) << 10)
    except (OSError, KeyError, ValueError):
        return 0


def _boot() -> str:
    """This start of the machine; where it is not told, no two are the same."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return secrets.token_hex(8)
