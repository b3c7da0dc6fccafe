"""A small application behind the real loop and lanes, in a process of its own: `python -m tests.web.served PORT FOLDER`."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rempart.web.buckets import Gauge
from rempart.web.config import Face, FaceConfig, SiteConfig
from rempart.web.lanes import sorted_application
from rempart.web.listening import Listener, options_of, set_limits
from rempart.web.setup import make_folders

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

THREADS, CONNECTIONS = 4, 60
HEAD_S = 2.0
UPLOAD_BYTES = 2_000_000


def application(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
    """Says how many bytes came, and from whom."""
    came = len(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{came} bytes from {environ['REMOTE_ADDR']}".encode("ascii")]


def main() -> None:
    """Serves until it is told to stop."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    public = FaceConfig(bind=f"127.0.0.1:{port}", workers=1, threads=THREADS)
    site = make_folders(folder, SiteConfig(public=public, max_upload_bytes=UPLOAD_BYTES))
    gauge = Gauge()
    edge = sorted_application(application, trusted_proxies=(), upload_bytes=UPLOAD_BYTES, threads=THREADS, gauge=gauge)
    options = options_of(site, Face.PUBLIC, application=edge, gauge=gauge)
    options["worker_class"].head_s = HEAD_S
    set_limits(site, Face.PUBLIC)
    Listener(edge, {**options, "worker_connections": CONNECTIONS}).run()


if __name__ == "__main__":
    main()
