"""One POST to one address of the configuration: no redirect, a limit of time and of bytes. Nothing else of the site asks a network.

Never called with an address out of a report: who calls takes it from rempart.toml.
"""

import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlsplit

from rempart.errors import OutsideFailure

TIMEOUT_S = 20
MOST_BYTES = 1 << 20


class NoAnswer(OutsideFailure):
    """The other side could not be reached, or did not answer in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    content_type: str
    body: bytes


def _opener() -> urllib.request.OpenerDirector:
    """Without the library's redirects: they lead where nobody configured."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


_OPENER = _opener()


def post(url: str, body: bytes, *, content_type: str) -> Answer:
    """The answer to a POST. Raises: NoAnswer."""
    if urlsplit(url).scheme not in {"http", "https"}:
        raise _no_answer(url)
    asked = urllib.request.Request(url, data=body, headers={"Content-Type": content_type}, method="POST")  # noqa: S310 - checked above
    try:
        with _OPENER.open(asked, timeout=TIMEOUT_S) as answer:
            return Answer(status=answer.status, content_type=_type(answer.headers), body=answer.read(MOST_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(status=error.code, content_type=_type(error.headers), body=error.read(MOST_BYTES))
    except (OSError, ValueError) as error:  # no route, no name, no TLS, no HTTP
        raise _no_answer(url) from error


def _type(headers: "Message[str, str]") -> str:
    return headers.get("Content-Type", "").split(";")[0].strip().lower()


def _no_answer(url: str) -> NoAnswer:
    return NoAnswer(
        "{host} did not answer. Nothing is lost; it is asked again.", can_retry=True, host=urlsplit(url).hostname or "?"
    )
