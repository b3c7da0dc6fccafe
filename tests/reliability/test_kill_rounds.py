"""Kill -9 of the receiving processes in the middle of the work, on SQLite: several writers, no receipt lost."""

import subprocess
import time
from pathlib import Path

from tests.reliability.checks import codes_in, faults_of
from tests.reliability.disk import python
from tests.reliability.sites import ROOT, make_site

ROUNDS = 6
WRITERS = 2
LASTS_S = 0.6


def test_killed_writers_lose_no_receipt(tmp_path: Path) -> None:
    """Two processes write to one file and are killed at once, again and again."""
    site = make_site(tmp_path / "site")
    shown: list[str] = []
    for number in range(ROUNDS):
        writers = [
            subprocess.Popen(
                python(
                    "-m",
                    "tests.reliability.writer",
                    str(site.folder),
                    str(10_000 * (WRITERS * number + place)),
                    "100000",
                ),
                stdout=subprocess.PIPE,
                cwd=ROOT,
            )
            for place in range(WRITERS)
        ]
        said = [writer.stdout.readline() for writer in writers if writer.stdout]
        time.sleep(LASTS_S)
        for writer in writers:
            writer.kill()
        for first, writer in zip(said, writers, strict=True):
            shown += codes_in(first + writer.communicate(timeout=60)[0])

        assert faults_of(site.folder, shown) == []
    assert len(shown) > ROUNDS * WRITERS
