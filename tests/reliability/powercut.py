"""The power-cut simulator: python -m tests.reliability.powercut [CUTS] [SYNCHRONOUS]  (default 100000 FULL)

Prints cuts, lost receipts and inconsistencies. With NORMAL it must report losses: that is how the test itself is tested.
"""

import random
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from rempart.web.config import DatabaseConfig, SiteConfig
from tests.reliability.checks import codes_in, faults_of
from tests.reliability.disk import Disk, Event, Mode, python, record
from tests.reliability.sites import make_site

Synchronous = Literal["FULL", "EXTRA", "NORMAL", "OFF"]
MODES: tuple[Mode, ...] = ("drop", "keep", "torn", "torn", "torn")
REPORTS = 60
CHECKPOINT_PAGES = 40  # small, so that cuts fall into many checkpoints of the write-ahead log


@dataclass(slots=True)
class Outcome:
    """How many cuts were made, how many lost a report whose receipt had been shown, how many left a contradiction."""

    cuts: int = 0
    lost: int = 0
    inconsistent: int = 0
    receipts: int = 0


def simulate(*, reports: int, cuts: int, synchronous: Synchronous, seed: int = 1) -> Outcome:
    """Receives reports once, then cuts the power `cuts` times at points spread evenly over its calls."""
    memory = Path("/dev/shm")  # noqa: S108 - thousands of small images
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as scratch:
        folder, image = Path(scratch, "site"), Path(scratch, "image")
        make_site(folder, SiteConfig(database=DatabaseConfig(synchronous=synchronous)))
        disk = Disk(folder / "door")
        command = python("-m", "tests.reliability.writer", str(folder), "0", str(reports), str(CHECKPOINT_PAGES))
        events = record(command, below=folder / "door", trace=Path(scratch, "trace"))
        return _cut(disk, events, cuts=cuts, folder=folder, image=image, seed=seed)


def _cut(disk: Disk, events: Sequence[Event], *, cuts: int, folder: Path, image: Path, seed: int) -> Outcome:
    dice = random.Random(seed)  # noqa: S311 - repeatable
    outcome, done = Outcome(), 0.0
    for event in events:
        disk.apply(event)
        done += cuts / len(events)
        while outcome.cuts < round(done):
            mode = MODES[outcome.cuts % len(MODES)]
            _write_image(disk.after_cut(mode, dice), folder, image)
            receipts = codes_in(disk.out)
            faults = faults_of(image, receipts)
            outcome.cuts += 1
            outcome.lost += any("lost" in fault for fault in faults)
            outcome.inconsistent += any("lost" not in fault for fault in faults)
    outcome.receipts = len(codes_in(disk.out))
    return outcome


def _write_image(files: dict[str, bytes], folder: Path, image: Path) -> None:
    shutil.rmtree(image, ignore_errors=True)
    for name, data in files.items():
        path = image / Path(name).relative_to(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def main() -> None:
    """Prints one line; exits 1 if anything was lost or inconsistent."""
    cuts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    synchronous = cast("Synchronous", sys.argv[2] if len(sys.argv) > 2 else "FULL")
    outcome = simulate(reports=REPORTS, cuts=cuts, synchronous=synchronous)
    print(  # noqa: T201 - its result
        f"synchronous={synchronous}: {outcome.cuts} power cuts over {outcome.receipts} receipts, "
        f"{outcome.lost} lost a report whose receipt was shown, {outcome.inconsistent} inconsistent"
    )
    sys.exit(bool(outcome.lost or outcome.inconsistent))


if __name__ == "__main__":
    main()
