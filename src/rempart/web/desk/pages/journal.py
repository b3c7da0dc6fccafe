"""The journal, for auditors: who did and looked at what, when and why; no word of any report. Proofs to take away."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import urlencode

from rempart.errors import RempartError
from rempart.web.cases.events import Motive
from rempart.web.desk.declaring import actor, page
from rempart.web.desk.histories import named as name_for
from rempart.web.desk.histories import names_of
from rempart.web.desk.journal_words import DONE
from rempart.web.desk.queries import journal as queries
from rempart.web.desk.queries.journal import Wanted
from rempart.web.desk.rows import HistoryRow, Option
from rempart.web.desk.words import MOTIVES, word
from rempart.web.people.access import NotKnown
from rempart.web.people.models import Person
from rempart.web.people.roles import Permission
from rempart.web.proofs import proof_of_event


@page(Permission.READ_JOURNAL)
def overview(request: HttpRequest) -> HttpResponse:
    """A page of the journal, with what may be worth a question above it."""
    who, now = actor(request), datetime.now(UTC)
    here = who.person.organisation
    wanted = _wanted(request)
    events = queries.events_of(here, wanted)
    shown, more = events[: queries.PAGE], len(events) > queries.PAGE
    looks, outside = queries.to_look_at(here, now=now), queries.outside_own(here, now=now)
    names = names_of([*(event.actor for event in shown), *(look.actor for look in looks), *outside])
    numbers = queries.numbers_of(shown)
    rows = [
        HistoryRow(
            at=event.at,
            actor=name_for(event.actor, names),
            action=word(DONE, event.action),
            motive=word(MOTIVES, event.motive) if event.motive else "",
            detail=numbers.get(event.subject, ""),
            leaf=event.seq,
        )
        for event in shown
    ]
    context = {
        "entries": rows,
        "looks": [(name_for(look.actor, names), look) for look in looks],
        "outside": [(name_for(pseudonym, names), count) for pseudonym, count in sorted(outside.items())],
        "most": queries.CONSULTS_A_DAY,
        "people": _people(request, here.pk),
        "actions": _options(request, "action", queries.actions_known(), DONE),
        "motives": _options(request, "motive", [str(motive) for motive in Motive], MOTIVES),
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "older": f"?{urlencode(_kept(request) | {'before': str(shown[-1].seq)})}" if more else "",
    }
    return render(request, "desk/journal.html", context)


@page(Permission.READ_JOURNAL)
def proof(request: HttpRequest, number: int) -> HttpResponse:
    """The proof that a leaf stands in the signed journal, as a .tlog-proof file. 404 while it is not signed."""
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    try:
        found = proof_of_event(number, site=SITE)
    except RempartError:
        found = None
    if found is None:
        raise NotKnown("There is no such page, or it is not for you.")
    answer = HttpResponse(found, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="leaf-{number}.tlog-proof"'
    return answer


def _wanted(request: HttpRequest) -> Wanted:
    """What the form asks for; a date that is none asks for nothing."""
    since, until = _day(request.GET.get("since", "")), _day(request.GET.get("until", ""))
    before = request.GET.get("before", "")
    return Wanted(
        actor=request.GET.get("actor", "")[:16],
        action=request.GET.get("action", "")[:40],
        motive=request.GET.get("motive", "")[:24],
        since_at=datetime.combine(since, time(), UTC) if since else None,
        until_at=datetime.combine(until + timedelta(days=1), time(), UTC) if until else None,
        before=int(before) if before.isdigit() and len(before) < 19 else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _kept(request: HttpRequest) -> dict[str, str]:
    return {
        name: request.GET[name] for name in ("actor", "action", "motive", "since", "until") if request.GET.get(name)
    }


def _people(request: HttpRequest, organisation: int) -> list[Option]:
    rows = Person.objects.select_related("user").filter(organisation=organisation).order_by("user__username")
    chosen = request.GET.get("actor", "")
    return [
        Option(value=row.pseudonym, label=row.user.get_username(), is_chosen=row.pseudonym == chosen) for row in rows
    ]


def _options(
    request: HttpRequest, name: str, values: Sequence[str], words: Mapping[str, str | Promise]
) -> list[Option]:
    chosen = request.GET.get(name, "")
    return [Option(value=value, label=word(words, value), is_chosen=value == chosen) for value in values]
