"""The first page, the pages of advice, and the pages that say what went wrong."""

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path as File

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from rempart.intake.advice import channel
from rempart.intake.paths import Text, warning
from rempart.web.lanes import pressure
from rempart.web.public.chrome import message_page, not_that_way, page, shown
from rempart.web.public.languages import language
from rempart.web.public.means import now
from rempart.web.public.proof import FORM, PROOFS

_FILE = File(__file__).with_name("pages.toml")


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A heading and what stands under it. steps: in order, numbered; points: in any order."""

    title: Text
    text: Text | None = None
    steps: tuple[Text, ...] = ()
    points: tuple[Text, ...] = ()


class AdvicePage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of advice. place: its address; channels: whom it names at the end."""

    place: str
    title: Text
    lead: Text
    parts: tuple[Part, ...]
    channels: tuple[str, ...]
    is_child: bool = False


class _Pages(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: str
    date: str
    source: str
    page: tuple[AdvicePage, ...]


def start(request: HttpRequest) -> HttpResponse:
    """Emergency numbers first, then the two ways."""
    if refused := not_that_way(request, "GET", "HEAD"):
        return refused
    lang = language()
    links = [(known.place, known.title.told_in(lang)) for known in advice_pages()]
    return page("start", context={"danger": warning("danger").told_in(lang), "advice_links": links})


def advice(request: HttpRequest, place: str) -> HttpResponse:
    """A page of advice."""
    if refused := not_that_way(request, "GET", "HEAD"):
        return refused
    found = next((known for known in advice_pages() if known.place == place), None)
    if found is None:
        return not_found(request)
    lang = language()
    context = {
        "title": found.title.told_in(lang),
        "lead": found.lead.told_in(lang),
        "parts": [_part(part.title, part.text, part.steps, part.points) for part in found.parts],
        "channels": [shown(known, lang) for name in found.channels if (known := channel(name))],
        "is_child": found.is_child,
        "place": place,
    }
    return page("advice", context=context)


def challenge(request: HttpRequest) -> HttpResponse:
    """A proof of work for one form."""
    if refused := not_that_way(request, "GET"):
        return refused
    form = request.GET.get("f", "")
    if not FORM.fullmatch(form):
        return JsonResponse({}, status=400)
    return JsonResponse(PROOFS.challenge(form, now=now(), pressure=pressure(request.META)))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What was sent cannot be read."""
    sentences = [
        _(
            "What was sent is too large, or cannot be read. Nothing of it was kept. Go back and shorten it, or start again."
        )
    ]
    return message_page(_("This could not be read"), sentences, status=400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is nothing at this address."""
    return message_page(_("There is no page here"), [_("The address is not known here.")], status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Something failed on our side."""
    sentences = [
        _(
            "Something failed on our side, and what you just sent was not kept. Wait a minute, then reload this page; "
            "if the browser asks whether to send it again, say yes."
        )
    ]
    return message_page(_("It did not work"), sentences, status=500)


@lru_cache(maxsize=1)
def advice_pages() -> tuple[AdvicePage, ...]:
    """The pages of `pages.toml`, in order."""
    return msgspec.convert(tomllib.loads(_FILE.read_text("utf-8")), _Pages).page


def _part(title: Text, text: Text | None, steps: Sequence[Text], points: Sequence[Text]) -> dict[str, object]:
    lang = language()
    return {
        "title": title.told_in(lang),
        "text": text.told_in(lang) if text else "",
        "steps": [step.told_in(lang) for step in steps],
        "points": [point.told_in(lang) for point in points],
    }
