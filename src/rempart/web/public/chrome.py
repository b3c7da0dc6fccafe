"""What every public page shows around its content, and the one function that renders them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.translation import gettext as _

from rempart.intake.advice import Advice, Channel, strip_channels
from rempart.version import VERSION
from rempart.web.public.languages import language
from rempart.web.public.means import config
from rempart.wording import LANGS, Lang

_NAMES: Mapping[Lang, str] = {"fr": "Français", "en": "English"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChannel:
    """A service in one language. link: what a press does; None when there is nothing to press."""

    label: str
    short: str
    purpose: str
    link: str | None
    is_page: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAdvice:
    """A piece of advice in one language."""

    text: str
    channels: tuple[ShownChannel, ...]


def page(name: str, *, context: Mapping[str, object], status: int = 200) -> HttpResponse:
    """A page with the chrome around it. No context processor runs and no request is seen: a page shows what it is given."""
    body = get_template(f"public/{name}.html").render({**_chrome(language()), **context})
    return HttpResponse(body, status=status)


def message_page(title: str, sentences: list[str], *, status: int) -> HttpResponse:
    """A page that says a few sentences, and where to go on."""
    return page("message", context={"title": title, "sentences": sentences}, status=status)


def not_that_way(request: HttpRequest, *allowed: str, takes_files: bool = False) -> HttpResponse | None:
    """405 for a method that a page does not have, 415 for files where none are taken, before they are read; else None."""
    if request.method not in allowed:
        response = HttpResponse(status=405)
        response.headers["Allow"] = ", ".join(allowed)
        return response
    if request.content_type == "multipart/form-data" and not takes_files:
        return message_page(_("This could not be read"), [_("No file is taken here. Nothing was kept.")], status=415)
    return None


def shown(channel: Channel, lang: Lang) -> ShownChannel:
    """A channel as the page shows it: a number is called or written to, else its page is opened."""
    number = f"tel:{channel.call}" if channel.call else f"sms:{channel.text}" if channel.text else None
    return ShownChannel(
        label=channel.label.told_in(lang),
        short=channel.short.told_in(lang) if channel.short else "",
        purpose=channel.purpose.told_in(lang),
        link=number or channel.url,
        is_page=number is None and channel.url is not None,
    )


def shown_advice(advice: tuple[Advice, ...], lang: Lang) -> list[ShownAdvice]:
    """Advice as the page shows it."""
    return [
        ShownAdvice(text=piece.text.told_in(lang), channels=tuple(shown(channel, lang) for channel in piece.channels))
        for piece in advice
    ]


@lru_cache(maxsize=len(LANGS))
def _chrome(lang: Lang) -> dict[str, object]:
    settings = config()
    return {
        "lang": lang,
        "root": f"/{lang}",
        "site_name": settings.name,
        "is_demo": settings.demo,
        "exit_url": settings.exit_url,
        "reply_days": settings.reply_delay_days,
        "strip": [shown(channel, lang) for channel in strip_channels()],
        "languages": [(other, _NAMES[other]) for other in LANGS if other != lang],
        "pico": _asset("vendor/pico/pico.classless.min.css"),
        "css": _asset("rempart.css"),
        "js": _asset("rempart.js"),
        "worker": _asset("vendor/altcha/pbkdf2.js"),
    }


def _asset(path: str) -> str:
    """The address of a static file; another one after each release, so that no browser shows an old style."""
    return f"{static(f'public/{path}')}?{VERSION}"
