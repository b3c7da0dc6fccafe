"""What every page of the desk shows around its content."""

from datetime import UTC, datetime

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from rempart.version import VERSION
from rempart.web.cases.care import today
from rempart.web.desk.rows import Exposure, NavLink
from rempart.web.people.access import Actor
from rempart.web.people.roles import Permission

_SHEETS = ("public/vendor/pico/pico.classless.min.css", "desk/desk.css")
_SCRIPTS = ("desk/keys.js", "desk/cover.js")
# name of the page, its label, the letter after g, and what its reader must be allowed
_PAGES = (
    ("home", _("Queue"), "q", Permission.READ_QUEUE),
    ("search", _("Search"), "s", Permission.SEARCH),
    ("dossiers", _("Dossiers"), "d", Permission.READ_DOSSIER),
    ("onbehalf", _("New report"), "n", Permission.ENTER_REPORT),
    ("mine", _("My work"), "m", Permission.USE_DESK),
    ("unit", _("Unit"), "u", Permission.READ_FIGURES),
    ("people", _("People"), "p", Permission.MANAGE_PEOPLE),
    ("lists", _("Lists"), "l", Permission.MANAGE_LISTS),
    ("journal", _("Journal"), "j", Permission.READ_JOURNAL),
    ("help", _("Help"), "h", Permission.USE_DESK),
)


def chrome(request: HttpRequest) -> dict[str, object]:
    """Name of the site, language, style sheets and scripts; where one may go; what one has looked at today."""
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    config = SITE.config
    actor = getattr(request, "actor", None)
    return {
        "lang": get_language() or config.language,
        "name_of_site": config.name,
        "is_demo": config.demo,
        "sheets": [f"{static(name)}?{VERSION}" for name in _SHEETS],
        "scripts": [f"{static(name)}?{VERSION}" for name in _SCRIPTS],
        "nav": _nav(actor, request.path) if isinstance(actor, Actor) else (),
        "exposure": _exposure(actor) if isinstance(actor, Actor) else None,
    }


def _nav(actor: Actor, path: str) -> tuple[NavLink, ...]:
    found: list[NavLink] = []
    for name, label, key, need in _PAGES:
        if not actor.may(need):
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:  # pragma: no cover - a face without this page
            continue
        is_here = path == url or (url != "/" and path.startswith(url))
        found.append(NavLink(url=url, label=str(label), key=key, is_here=is_here))
    return tuple(found)


def _exposure(actor: Actor) -> Exposure | None:
    """Shown to those who read words of others."""
    if not actor.may(Permission.READ_REPORT) and not actor.may(Permission.READ_CONVERSATION):
        return None
    told = today(actor.person, now=datetime.now(UTC))
    return Exposure(
        minutes=told.seconds // 60,
        limit_minutes=max(1, told.limit_s // 60),
        is_break_due=told.is_break_due,
        is_over=told.is_over,
    )
