"""The journal, for auditors: who did and looked at what, when and why; no word of any report. Proofs to take away."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from rempart.errors import RempartError
from rempart.evidence.ledger.tiles import TileLog
from rempart.web.cases.events import WORKER
from rempart.web.cases.models import Event
from rempart.web.desk.declaring import actor, page
from rempart.web.desk.histories import Names, name_of, named
from rempart.web.desk.journal_words import DONE
from rempart.web.desk.queries import journal as queries
from rempart.web.desk.queries.journal import Wanted
from rempart.web.desk.queries.people import colleagues_of
from rempart.web.desk.rows import HistoryRow, Option
from rempart.web.desk.words import MOTIVES, WHY, word
from rempart.web.people.access import NotKnown
from rempart.web.people.accounts import OWNER
from rempart.web.people.models import Organisation
from rempart.web.people.roles import Permission
from rempart.web.proofs import proof_of_event
from rempart.web.public.means import this_site

_FILTERS = ("actor", "action", "motive", "since", "until")
_MOST_DIGITS = 18  # of a leaf number: what a column holds


@page(Permission.READ_JOURNAL)
def overview(request: HttpRequest) -> HttpResponse:
    """A page of the journal, with what may be worth a question above it."""
    here, now = actor(request).person.organisation, datetime.now(UTC)
    wanted, problem = _wanted(request)
    events = queries.events_of(here, wanted)
    shown, more = events[: queries.PAGE], len(events) > queries.PAGE
    looks, outside = queries.to_look_at(here, now=now), queries.outside_own(here, now=now)
    names = {one.person.pseudonym: name_of(one.person) for one in colleagues_of(here.pk)}
    context = {
        "entries": _entries(here, shown, names),
        "proofs_below": _signed(),
        "looks": [(named(look.actor, names), look) for look in looks],
        "outside": [(named(pseudonym, names), count) for pseudonym, count in sorted(outside.items())],
        "most": queries.CONSULTS_A_DAY,
        "people": _people(request, names),
        "actions": _options(request, "action", queries.actions_known(), DONE),
        "motives": _options(request, "motive", list(MOTIVES), MOTIVES),
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "problem": problem,
        "is_filtered": bool(_kept(request)),
        "is_later_page": wanted.before is not None,
        "newest": f"?{urlencode(_kept(request))}",
        "older": f"?{urlencode(_kept(request) | {'before': str(shown[-1].seq)})}" if more else "",
    }
    return render(request, "desk/journal.html", context)


@page(Permission.READ_JOURNAL)
def proof(request: HttpRequest, number: int) -> HttpResponse:
    """The proof that a leaf stands in the signed journal, as a .tlog-proof file. 404 while it is not signed, and of others' leaves."""
    is_seen = len(str(number)) <= _MOST_DIGITS and queries.has_event(actor(request).person.organisation, number)
    try:
        found = proof_of_event(number, site=this_site()) if is_seen else None
    except RempartError:
        found = None
    if found is None:
        raise NotKnown("There is no such page, or it is not for you.")
    answer = HttpResponse(found, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="leaf-{number}.tlog-proof"'
    return answer


def _entries(here: Organisation, events: Sequence[Event], names: Names) -> list[HistoryRow]:
    """Events in words; who is not of this organisation is told by their pseudonym."""
    subjects = queries.subjects_of(here, events)
    return [
        HistoryRow(
            at=event.at,
            actor=named(event.actor, names),
            action=word(DONE, event.action),
            motive=word(WHY, event.motive) if event.motive else "",
            detail=subjects.get(event.subject) or (_("an unfinished form") if event.subject_kind == "draft" else ""),
            leaf=event.seq,
        )
        for event in events
    ]


def _signed() -> int:
    """How many leaves of the journal are signed; 0 when its files cannot be read."""
    try:
        log = TileLog(this_site().journal)
        return log.size if log.signed is not None else 0
    except RempartError:
        return 0


def _wanted(request: HttpRequest) -> tuple[Wanted, str]:
    """What the form asks for, and what of it was left out because it is no day."""
    since, until = request.GET.get("since", ""), request.GET.get("until", "")
    first, last = _day(since), _day(until)
    before = request.GET.get("before", "")
    is_number = before.isascii() and before.isdecimal() and len(before) <= _MOST_DIGITS
    is_wrong = bool((since and not first) or (until and not last))
    wanted = Wanted(
        actor=request.GET.get("actor", "")[:16],
        action=request.GET.get("action", "")[:40],
        motive=request.GET.get("motive", "")[:24],
        since_at=datetime.combine(first, time(), UTC) if first else None,
        until_at=datetime.combine(last, time(), UTC) + timedelta(days=1) if last else None,
        before=int(before) if is_number else None,
    )
    told = _("A day is written like 2026-11-22, between 2000 and 2999. What is no day was left out.")
    return wanted, told if is_wrong else ""


def _day(text: str) -> date | None:
    """A day of the years in which a journal can have been kept."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 3000 else None


def _kept(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in _FILTERS if request.GET.get(name)}


def _people(request: HttpRequest, names: Names) -> list[Option]:
    chosen = request.GET.get("actor", "")
    people = sorted(names.items(), key=lambda pair: pair[1].casefold())
    machines = [(name, named(name, {})) for name in (WORKER, OWNER)]
    return [Option(value=value, label=label, is_chosen=value == chosen) for value, label in (*people, *machines)]


def _options(
    request: HttpRequest, name: str, values: Sequence[str], words: Mapping[str, str | Promise]
) -> list[Option]:
    chosen = request.GET.get(name, "")
    return [Option(value=value, label=word(words, value), is_chosen=value == chosen) for value in values]
