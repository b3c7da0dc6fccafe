"""Serves one face over HTTP: gunicorn, configured here and nowhere else. No access log, no address, no request in any log."""

import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from rempart.web.arrivals import PatientWorker
from rempart.web.buckets import Gauge
from rempart.web.config import Face, Site
from rempart.web.lanes import FIELDS_BYTES, Edge

CONNECTIONS = 256  # per worker: arriving, served, or leaving
OPEN_FILES = 4_096
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn's sign of life; a disk that stalls must not end a worker
_ONE_LINE_S = 10.0
_ABOUT_SENDERS = ("Invalid request", "Ignored", "Error processing", "Socket error", "Error handling request")


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """Says when a process dies or cannot start; of a request that failed only the kind of failure."""

    _told_at = -1e9

    def access(self, *_args: object) -> None:
        """Requests are not logged."""

    def warning(self, msg: str, *args: object, **kwargs: object) -> None:
        """Warnings, save those that name a sender."""
        if not str(msg).startswith(_ABOUT_SENDERS):
            super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: object, **kwargs: object) -> None:
        """The kind of failure; where it happened only with REMPART_DEBUG, which production refuses."""
        if os.environ.get("REMPART_DEBUG"):
            super().exception(msg, *args, **kwargs)
            return
        kind, now = sys.exc_info()[0], time.monotonic()
        if now - self._told_at > _ONE_LINE_S:  # who makes requests fail must not fill the disk with it
            self._told_at = now
            self.error("A failure in the server: %s", kind.__name__ if kind else "unknown")


class Listener(BaseApplication):  # type: ignore[misc]  # the same
    """gunicorn with our configuration and one application, loaded before the workers fork."""

    def __init__(self, application: Edge, options: dict[str, Any]) -> None:
        self._application, self._options = application, options
        super().__init__()

    def load_config(self) -> None:
        """Takes over our options; no file, no environment, no command line."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Edge:
        """The application."""
        return self._application


def options_of(site: Site, face: Face, *, application: Edge, gauge: Gauge) -> dict[str, Any]:
    """gunicorn's options for a face."""
    config = site.config.public if face is Face.PUBLIC else site.config.desk
    told = {  # gunicorn makes its workers itself: what they need to know stands in their class
        "most_body_bytes": site.config.max_upload_bytes + FIELDS_BYTES,
        "held_bytes": held_bytes(site),
        "has_api": face is Face.PUBLIC,
        "gauge": gauge,
        "may_send": staticmethod(application.may_send),
    }
    worker = type("Worker", (PatientWorker,), told)
    return {
        "bind": config.bind,
        "workers": config.workers,
        "threads": config.threads,
        "worker_class": worker,
        "worker_connections": CONNECTIONS,
        "backlog": 512,
        "worker_tmp_dir": str(_SHARED_MEMORY) if _SHARED_MEMORY.is_dir() else None,
        "preload_app": True,  # one table of buckets for all workers of the face
        "keepalive": 0,  # one request a connection: what waits in the loop is cheap, what waits in a thread is not
        "timeout": 60,
        "graceful_timeout": 20,
        "limit_request_line": 2_048,
        "limit_request_fields": 64,
        "limit_request_field_size": 4_096,
        "forwarded_allow_ips": "",  # who is a proxy is for `lanes.Edge` to say
        "sendfile": False,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "logger_class": QuietLogger,
        "control_socket_disable": True,
        "umask": umask_of(site, face),
        "proc_name": f"rempart {face}",
    }


def held_bytes(site: Site) -> int:
    """How much of large bodies a worker holds in memory while they arrive."""
    return max(256_000_000, 2 * site.config.max_upload_bytes)


def umask_of(site: Site, face: Face) -> int:
    """New files are for their owner alone; for the group too where the folder of the door is (four users, see docs/site.md).

    What the signer writes is for everybody: the ledger holds nobody's words.
    """
    if face is Face.SIGNER:
        return 0o022
    return 0o007 if site.door_folder.stat().st_mode & 0o020 else 0o077


def set_limits(site: Site, face: Face) -> None:
    """Of this process: no core dumps, which would hold reports; enough open files; modes of new files."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    os.umask(umask_of(site, face))


def listen(site: Site, face: Face, *, application: Edge, gauge: Gauge) -> None:
    """Serves until it is asked to stop; then leaves the process with gunicorn's exit code."""
    Listener(application, options_of(site, face, application=application, gauge=gauge)).run()
