"""What the machine tells: memory, disk, swap, clock. Linux answers; elsewhere much is None, which means not seen."""

import ctypes
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_PROC, _SYS = Path("/proc"), Path("/sys")
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_TIMEX_BYTES = 512  # larger than struct timex on every machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A place to swap to. is_safe: None when it cannot be seen whether it is encrypted."""

    name: str
    is_safe: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFacts:
    """None: not seen."""

    memory_bytes: int | None
    free_bytes: int | None
    swaps: tuple[Swap, ...] | None
    is_clock_synchronised: bool | None
    newest_file_at: datetime | None


def look_at_machine(folder: Path, *, files: Sequence[Path]) -> MachineFacts:
    """The machine that holds a folder. files: what was written last there; the clock cannot be before it."""
    return MachineFacts(
        memory_bytes=_memory(),
        free_bytes=_free(folder),
        swaps=_swaps(),
        is_clock_synchronised=_is_synchronised(),
        newest_file_at=max(filter(None, map(_written_at, files)), default=None),
    )


def parse_memory(meminfo: str, *, limit: str = "") -> int | None:
    """Bytes of memory, from /proc/meminfo and the limit of the control group ("max" or a number)."""
    told = [line.split() for line in meminfo.splitlines() if line.startswith("MemTotal:")]
    if not told or not told[0][1].isdigit():
        return None
    total = int(told[0][1]) * 1024
    return min(total, int(limit)) if limit.strip().isdigit() else total


def parse_swaps(swaps: str, *, uuids: dict[str, str]) -> tuple[Swap, ...]:
    """The swaps of /proc/swaps. uuids: of device-mapper devices, by name; a `CRYPT-` one is encrypted, and zram is memory."""
    names = [line.split()[0] for line in swaps.splitlines()[1:] if line.strip()]
    return tuple(Swap(name=name, is_safe=_is_safe(name, uuids)) for name in names)


def _is_safe(name: str, uuids: dict[str, str]) -> bool | None:
    device = Path(name).name
    if not name.startswith("/dev/"):
        return None  # a file: as safe as the disk below, which is not seen from here
    if device.startswith("zram"):
        return True
    if device.startswith("dm-"):
        return uuids[device].startswith("CRYPT-") if device in uuids else None
    return False


def _swaps() -> tuple[Swap, ...] | None:
    text = _read(_PROC / "swaps")
    if text is None:
        return None
    uuids = {path.parent.parent.name: _read(path) or "" for path in _SYS.glob("block/dm-*/dm/uuid")}
    return parse_swaps(text, uuids=uuids)


def _memory() -> int | None:
    meminfo = _read(_PROC / "meminfo")
    return parse_memory(meminfo, limit=_read(_SYS / "fs/cgroup/memory.max") or "") if meminfo else None


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _is_synchronised() -> bool | None:
    """What the kernel's clock says of itself; chrony and systemd-timesyncd tell it."""
    try:
        state = int(ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)))
    except (OSError, AttributeError, TypeError):
        return None
    return None if state < 0 else state != _TIME_ERROR


def _written_at(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


def _read(path: Path) -> str | None:
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return None
