"""One process of a site: `python -m rempart.web.faces public|desk|worker|signer`. `rempart serve` starts four; systemd may too.

A process of a site in production looks at its own safety first, and does not start when anything is unsafe.
"""

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from rempart.errors import RempartError
from rempart.web.buckets import Gauge
from rempart.web.config import Face, Site
from rempart.web.listening import listen, set_limits
from rempart.web.safety import Safety, Unsafe, examine, told
from rempart.wording import Lang, wording

PARENT, READY = "REMPART_PARENT", "REMPART_READY_FD"  # told by `rempart serve` to what it starts
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4


def run_face(site: Site, face: Face, *, lang: Lang, tell: Callable[[str], None]) -> None:
    """Runs one process of a site until it is asked to stop.

    Raises: Unsafe in production, with the list of what is unsafe.
    """
    _die_with_parent()
    set_limits(site, face)
    _refuse_dumps()
    if face in {Face.PUBLIC, Face.DESK}:
        from rempart.web.wsgi import application_of  # noqa: PLC0415 - Django reads its settings with it

        gauge = Gauge()
        application = application_of(site, face, gauge=gauge)
        require_safety(site, face, lang=lang, tell=tell)
        listen(site, face, application=application, gauge=gauge)
        return
    from rempart.web.setup import django_as  # noqa: PLC0415 - the same

    django_as(site, face)
    require_safety(site, face, lang=lang, tell=tell)
    if face is Face.WORKER:
        from rempart.web.worker import run_worker  # noqa: PLC0415 - models exist once Django runs

        run_worker(site, ready=tell_ready)
    else:
        from rempart.web.signing import run_signer  # noqa: PLC0415 - the same

        run_signer(site)


def require_safety(site: Site, face: Face, *, lang: Lang, tell: Callable[[str], None]) -> Safety:
    """In production nothing unsafe; in development what is unsafe is told, once, by who starts the site. Raises: Unsafe."""
    found = examine(site, face, now=datetime.now(UTC))
    if found.unsafe and site.config.production:
        raise Unsafe(
            "This site is in production and not safe; the face “{face}” does not start. What was kept is intact.\n{told}",
            face=str(face),
            told=told(found.unsafe, lang),
        )
    if found.unsafe and PARENT not in os.environ:
        tell(told(found.unsafe, lang))
    return found


def tell_ready() -> None:
    """Tells `rempart serve` that this process works."""
    number = os.environ.get(READY)
    if number:
        with contextlib.suppress(OSError):
            os.write(int(number), b"1")
            os.close(int(number))


def _die_with_parent() -> None:
    """A process that `rempart serve` started does not outlive it, even when that is killed."""
    parent = os.environ.get(PARENT)
    if parent:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):
            sys.exit(0)


def _refuse_dumps() -> None:
    """No memory image, not even through a pipe, and no other process of the same user may look into this one."""
    _prctl(_PR_SET_DUMPABLE, 0)


def _prctl(option: int, value: int) -> None:
    with contextlib.suppress(OSError, AttributeError):  # Linux alone has it
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def main() -> None:
    """Runs the face that the first argument names, of the site that REMPART_DATA names."""
    lang: Lang = "fr" if os.environ.get("REMPART_LANG", "").startswith("fr") else "en"
    try:
        run_face(Site.of_environment(), Face(sys.argv[1]), lang=lang, tell=_print)
    except RempartError as error:
        _print(wording(lang).error(error))
        sys.exit(error.exit_code)


def _print(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
