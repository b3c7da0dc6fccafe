"""A process that reads what strangers wrote reaches nothing, takes little, and leaves no core behind."""

import subprocess
import sys

import pytest

_CONFINED = """
import os, socket, resource, sys
from rempart.web.analysing.sandbox import Limits, confine
alone = confine(Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 20), parent=int(sys.argv[1]) or os.getppid())
{then}
"""


def confined(then: str, *, parent: int = 0) -> "subprocess.CompletedProcess[str]":
    """What a confined process says."""
    command = [sys.executable, "-c", _CONFINED.format(then=then), str(parent)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_has_no_network() -> None:
    """Not even this machine's own: its only way out is the pipe."""
    said = confined(
        "print(alone)\ntry:\n    socket.create_connection(('127.0.0.1', 9), 1)\nexcept OSError as error:\n    print(error.errno)"
    ).stdout.split()

    if said[0] == "False":
        pytest.skip("the system lets nobody take networks away")
    assert said == ["True", "101"]  # the network is unreachable


def test_it_leaves_no_core() -> None:
    """A core would hold words of the export."""
    assert confined("print(resource.getrlimit(resource.RLIMIT_CORE))").stdout.strip() == "(0, 0)"


def test_it_cannot_take_more_memory_than_it_may() -> None:
    """What would fill the machine is an error in that process."""
    assert "MemoryError" in confined("bytearray(2 << 30)").stderr


def test_it_cannot_fill_the_disk(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file may grow to its limit only."""
    path = tmp_path_factory.mktemp("full") / "file"

    done = confined(f"open({str(path)!r}, 'wb').write(bytes(2 << 20))")

    assert done.returncode != 0
    assert path.stat().st_size <= 1 << 20


def test_it_does_not_outlive_who_started_it() -> None:
    """Whose parent is gone already ends before it begins."""
    done = confined("print('begun')", parent=1)

    assert (done.returncode, done.stdout) == (-9, "")
