"""The few answers that are given before Django: short pages in French and English, which say that nothing is lost and whom to call.

They are made once, hold no script, no style but their own and nothing of the request. Programs that ask the API get the same
refusal in the API's shape.
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rempart.web.api.refusals import JSON, Refused, encode
from rempart.web.public.languages import language_before_django, prefixed

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

_CALL_FR = (
    "Danger maintenant&nbsp;? Le <b>17</b> ou le <b>112</b> (SMS&nbsp;: <b>114</b>). "
    "Enfant en danger&nbsp;: <b>119</b>. Sur internet&nbsp;: <b>3018</b>. Ces appels sont gratuits."
)
_CALL_EN = (
    "Danger now? Call <b>17</b> or <b>112</b> (text message: <b>114</b>). "
    "A child in danger: <b>119</b>. On the internet: <b>3018</b>. These calls are free."
)
_PAGE = """<!doctype html>
<html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title><style>{style}</style>
<main><h1>{title_fr}</h1><p>{told_fr}</p><p>{call_fr}</p>
<div lang="en"><h2>{title_en}</h2><p>{told_en}</p><p>{call_en}</p></div></main></html>
"""
_STYLE = "main{max-width:40rem;margin:1.5rem auto;padding:0 1rem;font:106%/1.5 system-ui,sans-serif}"
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode("ascii")).digest()).decode("ascii")
_API = "/p/"  # `urls_public`; the address itself is a page
_HEADERS = (
    ("Cache-Control", "no-store"),
    (
        "Content-Security-Policy",
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Connection", "close"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One answer: its status line, its page, its code in the API (most: a number in that sentence), and headers of its own."""

    status: str
    page: bytes
    code: str
    most: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "text/html; charset=utf-8"

    def fitting(self, path: str, *, untrusted_accept_language: str) -> "Refusal":
        """What is answered at this address of the public face: in the API's shape at the API's, the page elsewhere."""
        _, place = prefixed(path)
        if not place.startswith(_API) or place == _API:
            return self
        lang = language_before_django(path, untrusted_header=untrusted_accept_language)
        body = encode(Refused(self.code, values={"most": self.most}), lang)
        told = (("Content-Language", lang), ("Vary", "Accept-Language"))
        return replace(self, page=body, content_type=JSON, headers=(*self.headers, *told))

    def answer(self, start_response: "StartResponse") -> list[bytes]:
        """Gives the page."""
        start_response(self.status, self._fields())
        return [self.page]

    @property
    def raw(self) -> bytes:
        """The whole answer as bytes, for where there is no WSGI yet."""
        head = "".join(f"{name}: {value}\r\n" for name, value in self._fields())
        return f"HTTP/1.1 {self.status}\r\n{head}\r\n".encode("ascii") + self.page

    def _fields(self) -> list[tuple[str, str]]:
        about = (("Content-Type", self.content_type), ("Content-Length", str(len(self.page))))
        return [*about, *_HEADERS, *self.headers]


def _page(*, title: tuple[str, str], told: tuple[str, str]) -> bytes:
    return _PAGE.format(
        title=" · ".join(title),
        style=_STYLE,
        title_fr=title[0],
        title_en=title[1],
        told_fr=told[0],
        told_en=told[1],
        call_fr=_CALL_FR,
        call_en=_CALL_EN,
    ).encode("utf-8")


BUSY = Refusal(
    status="503 Service Unavailable",
    code="busy",
    headers=(("Retry-After", "10"),),
    page=_page(
        title=("Un instant", "One moment"),
        told=(
            "Trop de demandes arrivent en ce moment. Rien n’est perdu&nbsp;: il suffit d’attendre dix secondes, puis de "
            "recharger cette page et, si le navigateur demande s’il faut renvoyer, d’accepter.",
            "Too many requests are coming in just now. Nothing is lost: wait ten seconds, then reload this page; if the "
            "browser asks whether to send it again, say yes.",
        ),
    ),
)


def too_large(most_bytes: int) -> Refusal:
    """The answer to a request that announces more bytes than the site takes."""
    megabytes = max(1, most_bytes // 1_000_000)
    return Refusal(
        status="413 Content Too Large",
        code="too_large",
        most=most_bytes,
        page=_page(
            title=("C’est trop gros", "Too large"),
            told=(
                f"Ce qui a été envoyé dépasse {megabytes}&nbsp;Mo. Rien n’en a été gardé, et rien de ce qui était gardé n’est "
                "perdu. Revenez en arrière (si le navigateur demande s’il faut renvoyer, acceptez) et envoyez moins à la "
                "fois&nbsp;: les messages seuls, sans photos ni vidéos.",
                f"What was sent is larger than {megabytes} MB. Nothing of it was kept, and nothing kept before is lost. "
                "Go back (if the browser asks whether to send again, say yes) and send less at a time: the messages alone, "
                "without pictures or films.",
            ),
        ),
    )


NO_LENGTH = Refusal(
    status="411 Length Required",
    code="no_length",
    page=_page(
        title=("Envoi incomplet", "Incomplete"),
        told=(
            "L’envoi ne disait pas sa taille. Rien n’a été gardé&nbsp;; renvoyez-le depuis la page.",
            "What was sent did not tell its size. Nothing was kept; send it again from the page.",
        ),
    ),
)
BAD_LENGTH = Refusal(
    status="400 Bad Request",
    code="bad_request",
    page=_page(
        title=("Envoi illisible", "Unreadable"),
        told=(
            "L’envoi est arrivé abîmé. Rien n’a été gardé&nbsp;; renvoyez-le depuis la page.",
            "What was sent arrived broken. Nothing was kept; send it again from the page.",
        ),
    ),
)
