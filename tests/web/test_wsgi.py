"""The applications for a WSGI server: made when asked for, behind their edge."""

import io
from collections.abc import Iterable
from typing import Any

import pytest

from rempart.web import wsgi
from rempart.web.config import Face, Site
from rempart.web.lanes import Edge
from rempart.web.wsgi import application_of

pytestmark = pytest.mark.usefixtures("rows")


def ask(application: Edge, path: str, **headers: str) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and page."""
    told: list[tuple[str, dict[str, str]]] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "HTTP_HOST": "127.0.0.1",
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        **headers,
    }

    def start(status: str, fields: Iterable[tuple[str, str]], *_: object) -> None:
        told.append((status, dict(fields)))

    body = b"".join(application(environ, start))  # type: ignore[arg-type]  # a writer is not asked for
    return *told[0], body


def test_the_desk_shows_its_login_and_nothing_else_to_strangers(site: Site) -> None:
    """With headers that let nothing of it be kept."""
    application = application_of(site, Face.DESK)

    login, home = ask(application, "/login/"), ask(application, "/")

    assert (login[0], home[0]) == ("200 OK", "302 Found")
    assert home[1]["Location"].startswith("/login/")
    assert b'<form method="post"' in login[2]
    assert login[1]["Cache-Control"] == "no-store"
    assert (
        login[1]["Referrer-Policy"] == "same-origin"
    )  # with no-referrer browsers send `Origin: null`, which Django refuses


def test_what_is_too_large_does_not_reach_django(site: Site) -> None:
    """The desk has the same limit as the public face."""
    told = ask(application_of(site, Face.DESK), "/login/", CONTENT_LENGTH="999999999999")

    assert told[0].startswith("413")


def test_there_are_two_applications_and_no_other(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    """`gunicorn rempart.web.wsgi:desk_application` finds it; a mistake is named."""
    monkeypatch.setenv("REMPART_DATA", str(site.folder))

    assert isinstance(wsgi.desk_application, Edge)
    with pytest.raises(AttributeError):
        _ = wsgi.other_application
