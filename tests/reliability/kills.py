"""Kills and failing disks at every call that writes: a child that receives one report is traced from just before it begins.

One process is set up once and forks a child per case; the child stops itself, strace attaches with the injection, the child goes on.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.reliability.sites import ROOT

WRITE_CALLS = ("openat", "pwrite64", "write", "fdatasync", "fsync", "ftruncate", "rename", "unlink", "mkdir", "fchmod")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What happened to one child. receipt: None when none was said. status: negative for a signal. hit: the injection fell."""

    receipt: str | None
    status: int
    hit: bool


class Forks:
    """A process that receives reports in children, one at a time."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.writer", "forks", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=ROOT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=30)
        assert self._process.stdout
        self._process.stdout.close()

    def receive(self, number: int, *, inject: str | None = None, scratch: Path) -> Case:
        """Report `number`, with an injection of strace such as `pwrite64:signal=KILL:when=3`; None for none."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{number}\n")
        child = int(self._process.stdout.readline().split()[1])
        _wait_until_stopped(child)
        trace = scratch / "trace"
        call = ["strace", "-f", "-qq", "-o", str(trace), "-p", str(child)]
        call += (
            ["-e", f"trace={inject.partition(':')[0]}", "-e", f"inject={inject}"] if inject else ["-e", "trace=none"]
        )
        with subprocess.Popen([*call, "-I", "2"], stderr=subprocess.DEVNULL) as tracer:
            _wait_until_traced(child, tracer)
            subprocess.run(["kill", "-CONT", str(child)], check=False)
            receipt, status = self._outcome()
            tracer.wait(timeout=30)
        told = trace.read_text("utf-8", "replace") if trace.exists() else ""
        return Case(receipt=receipt, status=status, hit="INJECTED" in told or "killed by SIGKILL" in told)

    def _outcome(self) -> tuple[str | None, int]:
        assert self._process.stdout
        receipt = None
        while True:
            word, _, rest = self._process.stdout.readline().partition(" ")
            if word == "receipt":
                receipt = rest.strip()
            elif word == "ended":
                return receipt, int(rest)
            elif not word:
                raise RuntimeError("the receiving process ended")


def _wait_until_stopped(process: int) -> None:
    _wait(lambda: " T " in Path(f"/proc/{process}/stat").read_text())


def _wait_until_traced(process: int, tracer: "subprocess.Popen[bytes]") -> None:
    def is_traced() -> bool:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return "TracerPid:\t0" not in lines or tracer.poll() is not None

    _wait(is_traced)


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.002)
    raise TimeoutError("the child or its tracer did not come up in 20 s")
