"""Lists of known files: what is kept, how often it was used, and the verbs that bring one in or take one away. No row of a list is shown."""

from collections import Counter
from datetime import UTC, date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rempart.errors import BadInput, Damaged
from rempart.matching.listing import DIGESTS, FORM_TITLES
from rempart.matching.store import Delivery, KeptList, Mode, NewList
from rempart.web.cases import lists as verbs
from rempart.web.cases.dossiers import wrong_value
from rempart.web.desk.acting import by_of, require_sure
from rempart.web.desk.declaring import act, page, sentence
from rempart.web.desk.dossier_frame import answered
from rempart.web.desk.histories import Names, named, names_of
from rempart.web.people.roles import Permission
from rempart.web.public.languages import language
from rempart.web.public.means import this_site
from rempart.web.uploads import HeldUpload
from rempart.wording import wording

MAX_NAME = 120
MOST_USES = 20
_KINDS = {"sha256": "SHA-256", "sha1": "SHA-1", "md5": "MD5", "pdq": "PDQ"}
_MODES: tuple[Mode, ...] = ("new", "continue", "replace")


class NoList(BadInput):
    """A form without a file, or with one that was cut at the limit of the site."""


@page(Permission.MANAGE_LISTS)
def lists(request: HttpRequest) -> HttpResponse:
    """The lists in use, those that were removed, and the last uses."""
    site, by = this_site(), by_of(request)
    store = verbs.store_of(site)
    try:
        kept, removed, uses = store.lists(), store.removed(), store.uses()
    except Damaged as error:
        return render(request, "desk/lists.html", {"problem": sentence(error)})
    names = names_of({one.by for one in uses} | {one.added_by for kept in (*kept, *removed) for one in kept.deliveries})
    counted = Counter(one.list_id for one in uses if one.act in ("open", "check"))
    context = {
        "lists": [_shown(one, names, uses=counted[one.list_id], now=by.at) for one in kept],
        "removed": [_shown(one, names, uses=counted[one.list_id], now=None) for one in removed],
        "uses": [_use(one.at, one.by, one.act, one.list_id, names) for one in uses[-MOST_USES:][::-1]],
        "uses_total": len(uses),
        "kinds": tuple(_KINDS.items()),
        "most": wording(language()).size(site.config.max_upload_bytes),
    }
    return render(request, "desk/lists.html", context)


@act(Permission.MANAGE_LISTS)
def add(request: HttpRequest) -> HttpResponse:
    """Brings a list in: read, sealed, and forgotten in the clear."""
    by, site = by_of(request), this_site()

    def verb() -> str:
        upload = request.FILES.get("list")
        if not isinstance(upload, HeldUpload) or not upload.size:
            size = wording(language()).size(site.config.max_upload_bytes)
            raise NoList("No file came, or it is larger than {size}. Nothing was kept.", size=size)
        new = NewList(
            name=request.POST.get("name", "").strip()[:MAX_NAME],
            added_at=by.at,
            added_by=by.actor.pseudonym,
            version=request.POST.get("version", "").strip()[:MAX_NAME] or None,
            issued_on=_day(request.POST.get("issued", "")),
            known_good=request.POST.get("known_good") == "1",
            mode=_mode(request.POST.get("mode", "")),
        )
        kept = verbs.import_list(site, upload, new, by=by, kind=_kind(request.POST.get("kind", "")))
        return _told(kept.name, kept.deliveries[-1])

    return answered(request, verb, to=reverse("lists"))


@act(Permission.MANAGE_LISTS)
def ask(request: HttpRequest, name: str) -> HttpResponse:
    """The first of two steps to remove a list, with a reason."""

    def verb() -> str:
        verbs.ask_removal(this_site(), name, by=by_of(request))
        return _("The removal was asked for. The second step removes it; until then the list is in use.")

    return answered(request, verb, to=reverse("lists"))


@act(Permission.MANAGE_LISTS)
def remove(request: HttpRequest, name: str) -> HttpResponse:
    """The second step: its sealed rows are destroyed."""

    def verb() -> str:
        require_sure(request)
        kept = verbs.remove_list(this_site(), name, by=by_of(request))
        return _("The list {name} was removed, and its rows destroyed.").format(name=kept.name)

    return answered(request, verb, to=reverse("lists"))


def _shown(kept: KeptList, names: Names, *, uses: int, now: datetime | None) -> dict[str, object]:
    lang = wording(language())
    asked = verbs.asked_for(kept.list_id, now=now) if now is not None else None
    return {
        "id": kept.list_id,
        "name": kept.name,
        "is_known_good": kept.standing == "known_good",
        "rows": lang.number(kept.rows),
        "uses": lang.number(uses),
        "deliveries": [_delivery(one, names, is_in_use=one in kept.in_use) for one in kept.deliveries],
        "asked": _asked(asked) if asked is not None else "",
        "ask_url": reverse("list_ask", args=[kept.list_id]),
        "remove_url": reverse("list_remove", args=[kept.list_id]),
    }


def _delivery(one: Delivery, names: Names, *, is_in_use: bool) -> dict[str, object]:
    lang, tally = wording(language()), one.tally
    days = [day.isoformat() for day in (tally.first_on, tally.last_on) if day]
    return {
        "form": {**FORM_TITLES, "plain": _("bare digests"), "table": _("table")}.get(one.form, one.form),
        "version": one.version or "",
        "issued": one.issued_on.isoformat() if one.issued_on else "",
        "kinds": ", ".join(f"{_KINDS[kind]} {lang.number(count)}" for kind, count in tally.digests.items()),
        "rows": lang.number(tally.rows),
        "tombstones": lang.number(tally.tombstones),
        "listed": " – ".join(dict.fromkeys(days)),
        "at": _instant(one.added_at),
        "by": named(one.added_by, names),
        "lost": [
            {"count": lang.number(part.count), "reason": lang.text(part.reason), "is_loss": part.is_loss}
            for part in tally.not_read
        ],
        "is_in_use": is_in_use,
    }


def _asked(asked: verbs.Asked) -> str:
    name = named(asked.by, names_of({asked.by}))
    return _("Removal asked for by {name}, {instant}: {reason}").format(
        name=name, instant=_instant(asked.at), reason=asked.reason
    )


def _use(at: datetime, by: str, what: str, list_id: str, names: Names) -> dict[str, str]:
    acts = {
        "add": _("brought in"),
        "open": _("opened for an analysis"),
        "check": _("looked up by hand"),
        "remove": _("removed"),
    }
    return {"at": _instant(at), "by": named(by, names), "act": acts.get(what, what), "list": list_id}


def _told(name: str, delivery: Delivery) -> str:
    rows = ngettext("%(count)s row", "%(count)s rows", delivery.tally.rows) % {
        "count": wording(language()).number(delivery.tally.rows)
    }
    told = _("The list {name} is kept, sealed: {rows}.").format(name=name, rows=rows)
    lost = sum(part.count for part in delivery.tally.not_read if part.is_loss)
    if lost:
        told += " " + ngettext(
            "%(count)s place of it could not be read; the page says why.",
            "%(count)s places of it could not be read; the page says why.",
            lost,
        ) % {"count": wording(language()).number(lost)}
    return told


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _mode(told: str) -> Mode:
    for mode in _MODES:
        if mode == told:
            return mode
    raise wrong_value("mode")


def _kind(told: str) -> str | None:
    if told and told not in DIGESTS:
        raise wrong_value("kind")
    return told or None


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told.strip()) if told.strip() else None
    except ValueError:
        raise wrong_value("issued") from None
