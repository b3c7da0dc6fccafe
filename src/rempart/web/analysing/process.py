"""Starts the confined process, hears what it tells, and ends it: it never outlives the call."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import msgspec

from rempart.web.analysing.folders import WorkFolder
from rempart.web.analysing.job import JOB, Job, Told, write_whole
from rempart.web.cases.analyses import Failure

LOOK_S = 0.5  # how often who waits is asked whether to go on
_END_S = 10.0  # for its end after its last word
_MOST_LINE_BYTES = 1 << 12
_DECODER = msgspec.json.Decoder(Told)
Watch = Callable[[Told | None], None]


class Failed(Exception):
    """The analysis failed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


def read_export(folder: WorkFolder, job: Job, *, watch: Watch) -> None:
    """Runs the process until all files of the job are there. What `watch` raises, asked twice a second, ends it.

    Raises: Failed.
    """
    write_whole(folder.path / JOB, msgspec.json.encode(job))
    with subprocess.Popen(  # noqa: S603 - this program again, with the path of our own folder
        [sys.executable, "-I", "-m", "rempart.web.analysing.child", str(folder.path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a traceback could quote the export
        cwd=folder.path,
        env=_environment(folder),
        start_new_session=True,
        pass_fds=(folder.lock,),
    ) as process:
        try:
            _require_done(process, _hear(process, watch))
        finally:
            process.kill()


def _hear(process: "subprocess.Popen[bytes]", watch: Watch) -> Told:
    """The last word of the process."""
    last = Told()
    for told in _lines(process):
        watch(told)
        last = told or last
    return last


def _lines(process: "subprocess.Popen[bytes]") -> Iterator[Told | None]:
    """What it tells, and None now and then; ends with its output."""
    number, rest = process.stdout.fileno() if process.stdout else -1, b""
    while True:
        ready, _, _ = select.select([number], [], [], LOOK_S)
        if not ready:
            yield None
            continue
        data = os.read(number, 1 << 16)
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        if len(rest) > _MOST_LINE_BYTES:
            raise Failed(Failure.INTERNAL)
        yield from map(_told, lines)


def _told(line: bytes) -> Told:
    try:
        return _DECODER.decode(line)
    except msgspec.MsgspecError:
        raise Failed(Failure.INTERNAL) from None


def _require_done(process: "subprocess.Popen[bytes]", last: Told) -> None:
    try:
        code = process.wait(_END_S)
    except subprocess.TimeoutExpired:
        raise Failed(Failure.INTERNAL) from None
    if last.failure:
        raise Failed(Failure(last.failure) if last.failure in set(Failure) else Failure.INTERNAL)
    if code in (-signal.SIGKILL, -signal.SIGXCPU):  # by the system: too much memory, or too much time
        raise Failed(Failure.TOO_LARGE)
    if code or not last.is_done:
        raise Failed(Failure.INTERNAL)


def _environment(folder: WorkFolder) -> dict[str, str]:
    """Nothing of ours: no secret, no address; one thread, so that memory is counted and not reserved."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_IO_THREADS"), "1")
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TMPDIR": str(folder.path), "MALLOC_ARENA_MAX": "2", **one}
