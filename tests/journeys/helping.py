"""A process beside a site under test that acts on it when asked: `Helper` asks, `answer` answers. It starts once, since Django takes a second."""

import contextlib
import json
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from rempart.web.config import Site
from tests.reliability.sites import ROOT


class Helper:
    """The process `python -m MODULE DATA_FOLDER`, started when it is first asked."""

    def __init__(self, module: str, site: Site) -> None:
        self._call = [sys.executable, "-m", module, str(site.folder)]
        self._process: subprocess.Popen[str] | None = None

    def act(self, verb: str, *words: str) -> Any:
        """Does one thing; what came of it. Raises: RuntimeError with its traceback when it failed."""
        if self._process is None:
            pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            self._process = subprocess.Popen(self._call, cwd=ROOT, text=True, bufsize=1, **pipes)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([verb, *words]) + "\n")
        line = self._process.stdout.readline()
        told = json.loads(line) if line else {"failed": f"the process ended with {self._process.wait()}"}
        if "failed" in told:
            raise RuntimeError(f"{verb}: {told['failed']}")
        return told["done"]

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.communicate()
            self._process = None


def answer(verbs: Mapping[str, Callable[..., object]]) -> None:
    """Does what each line of the standard input asks, until it ends; one line of JSON for each."""
    out = sys.stdout
    for line in sys.stdin:
        verb, *words = json.loads(line)
        told: dict[str, object]
        try:
            with contextlib.redirect_stdout(sys.stderr):
                told = {"done": verbs[verb](*words)}
        except Exception:  # noqa: BLE001 - the test tells it
            told = {"failed": traceback.format_exc()}
        out.write(json.dumps(told) + "\n")
        out.flush()
