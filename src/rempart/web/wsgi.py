"""The two WSGI applications. REMPART_FACE says which one a process is; any WSGI server may serve them.

They stand behind `lanes.Edge`; the public one sorts its senders into lanes too.
"""

import os
from typing import TYPE_CHECKING
from wsgiref.util import setup_testing_defaults

from rempart.web.buckets import Gauge
from rempart.web.config import Face, Site
from rempart.web.desk_edge import DeskEdge
from rempart.web.lanes import Edge, Proxies, sorted_application
from rempart.wording import LANGS

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


def application_of(site: Site, face: Face, *, gauge: Gauge | None = None) -> Edge:
    """The application of a face. Django reads its settings here: one face a process."""
    os.environ.update(
        REMPART_DATA=str(site.folder), REMPART_FACE=str(face), DJANGO_SETTINGS_MODULE="rempart.web.settings"
    )
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 - reads the settings

    config, django = site.config, get_wsgi_application()
    if face is Face.PUBLIC:
        _warm(django)
        return sorted_application(
            django,
            trusted_proxies=config.public.trusted_proxies,
            upload_bytes=config.max_upload_bytes,
            threads=config.public.threads,
            gauge=gauge or Gauge(),
        )
    return DeskEdge(django, proxies=Proxies.of(config.desk.trusted_proxies), upload_bytes=config.max_upload_bytes)


def _warm(django: "WSGIApplication") -> None:
    """Makes a page in each language before the processes fork: the first visitor waits for no import, and memory is shared.

    No page asked here opens a database; a connection must not live in two processes.
    """
    for path in (f"/{lang}/{place}/" for lang in LANGS for place in ("a", "b", "h/1")):
        environ: dict[str, str] = {"PATH_INFO": path}
        setup_testing_defaults(environ)
        b"".join(django(environ, lambda *_: lambda _data: None))


def __getattr__(name: str) -> Edge:
    """`public_application` and `desk_application`, made when a server asks for them."""
    faces = {"public_application": Face.PUBLIC, "desk_application": Face.DESK}
    if name not in faces:
        raise AttributeError(name)
    return application_of(Site.of_environment(), faces[name])
