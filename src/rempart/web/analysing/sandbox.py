"""What a process that reads an export may take: no network, little memory, time and files, no new rights, and no life of its own.

Linux; where a system call is not there or is refused, the process goes on without that one. Source: reference/security.md §3.
"""

import ctypes
import os
import resource
import signal
from dataclasses import dataclass

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
_NICE = 10  # the pages of the desk come first
_OPEN_FILES = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """memory_bytes: of addresses, which is more than what is used. file_bytes: of one file."""

    memory_bytes: int
    cpu_s: int
    file_bytes: int


def confine(limits: Limits, *, parent: int) -> bool:
    """Confines this process, which must have one thread; ends it when the process `parent` is gone. True without a network.

    The core is never written: it would hold words.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before it could be asked to take this one with it
        os.kill(os.getpid(), signal.SIGKILL)
    refused = int(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC))
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    os.nice(_NICE)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        _limit(what, most)
    return not refused


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (value, value))
