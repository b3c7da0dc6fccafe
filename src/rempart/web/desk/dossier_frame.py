"""What every page of a dossier shares: the door, the motive, one event a look, the head with its tabs; and how its verbs answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rempart.errors import BadInput, Damaged, NotAllowed
from rempart.web.cases import dossiers
from rempart.web.cases.models import Dossier
from rempart.web.cases.reports import By
from rempart.web.desk.acting import by_of, done, see_other
from rempart.web.desk.declaring import act, actor, page, sentence
from rempart.web.desk.dossier_words import STAGES
from rempart.web.desk.histories import moved_sentence, name_of
from rempart.web.desk.motives import motive_for
from rempart.web.desk.queries.dossier import Read, read_words
from rempart.web.desk.rows import Level, NavLink, Option, told_due
from rempart.web.desk.shown_dossier import Pen
from rempart.web.desk.words import MOTIVES, dossier_number, level_of, reason_title, word
from rempart.web.people.access import NotForYou, NotKnown, access_dossier, leads_team
from rempart.web.people.roles import Permission

Context = dict[str, object]
Fill = Callable[[HttpRequest, "Look"], Context]
Act = Callable[..., str]
# name of the page, and its label
TABS = (
    ("dossier", gettext_lazy("Summary")),
    ("dossier_reports", gettext_lazy("Reports")),
    ("dossier_exhibits", gettext_lazy("Exhibits")),
    ("dossier_people", gettext_lazy("People")),
    ("dossier_identities", gettext_lazy("Identities")),
    ("dossier_timeline", gettext_lazy("Timeline")),
    ("dossier_work", gettext_lazy("Notes and tasks")),
    ("dossier_review", gettext_lazy("Exculpatory review")),
    ("dossier_members", gettext_lazy("Colleagues")),
    ("dossier_history", gettext_lazy("History")),
)
_NEEDS = {"dossier_identities": Permission.READ_CONVERSATION}  # what a tab asks for beside the right to read dossiers


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look at a dossier that is allowed, has its motive and was written down."""

    dossier: Dossier
    read: Read
    by: By
    pen: Pen

    @property
    def now(self) -> datetime:
        """The instant of the look."""
        return self.by.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands above every page of a dossier."""

    number: str
    title: str
    level: Level
    status: str
    lead: str
    due: str
    is_overdue: bool
    is_held: bool
    is_restricted: bool


def tab(name: str, *, need: Permission = Permission.READ_DOSSIER) -> Callable[[Fill], Callable[..., HttpResponse]]:
    """Declares a page of a dossier, with the template of its name; the function gives what the template needs."""

    def declare(fill: Fill) -> Callable[..., HttpResponse]:
        @page(need)
        @wraps(fill)
        def shown(request: HttpRequest, number: int) -> HttpResponse:
            dossier = access_dossier(actor(request), number, need=need)
            return look_at(request, dossier, name=name, fill=fill)

        return shown

    return declare


def look_at(request: HttpRequest, dossier: Dossier, *, name: str, fill: Fill) -> HttpResponse:
    """The page, after its motive was told and the look was written down, once."""
    by = by_of(request)
    motive = motive_for(request, dossier.pk, now=by.at)
    if motive is None:
        return ask_motive(request, dossier)
    dossiers.look(dossier, motive=motive, by=by)
    look = Look(dossier=dossier, read=read_words(dossier), by=by, pen=pen_of(request, dossier))
    return render(request, f"desk/{name}.html", {**frame_of(look, name), **fill(request, look)})


def ask_motive(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Asks why; nothing of the dossier but its number is on the page."""
    options = tuple(Option(value=str(motive), label=str(label)) for motive, label in MOTIVES.items())
    context = {
        "subject": dossier_number(dossier.number),
        "motives": options,
        "url": reverse("dossier_motive", args=[dossier.number]),
        "next": request.get_full_path() if request.method == "GET" else "",
    }
    return render(request, "desk/dossier_motive.html", context)


def frame_of(look: Look, name: str) -> Context:
    """The head and the tabs."""
    row, now = look.dossier, look.now
    head = Head(
        number=dossier_number(row.number),
        title=_("(words erased)") if look.read.contents.is_erased else look.read.contents.title,
        level=level_of(row.level),
        status=word(STAGES, row.status),
        lead=name_of(row.lead),
        due=told_due(row.due_at, as_of=now) if row.due_at else "",
        is_overdue=row.due_at is not None and row.due_at < now,
        is_held=row.is_held,
        is_restricted=row.is_restricted,
    )
    tabs = tuple(
        NavLink(url=reverse(one, args=[row.number]), label=str(label), is_here=one == name)
        for one, label in TABS
        if one not in _NEEDS or look.by.actor.may(_NEEDS[one])
    )
    return {"head": head, "tabs": tabs, "number": row.number, "dossier": row, "pen": look.pen}


def pen_of(request: HttpRequest, dossier: Dossier) -> Pen:
    """What the reader may change here."""
    reader = actor(request)
    may = reader.may
    return Pen(
        number=dossier.number,
        may_write=may(Permission.WRITE_DOSSIER),
        may_state=may(Permission.STATE_FACT),
        may_add=may(Permission.ADD_EXHIBIT),
        may_analyse=may(Permission.ANALYSE),
        may_review=may(Permission.REVIEW_DOSSIER),
        may_change_members=leads_team(reader, dossier),
        may_restrict=may(Permission.CHANGE_MEMBERS),
    )


def dossier_act(need: Permission, *, to: str) -> Callable[[Act], Callable[..., HttpResponse]]:
    """Declares a verb on a dossier: the function does it and says so; success and refusal are told on the page `to`."""

    def declare(verb: Act) -> Callable[..., HttpResponse]:
        @act(need)
        @wraps(verb)
        def told(request: HttpRequest, number: int, **given: object) -> HttpResponse:
            dossier = access_dossier(actor(request), number, need=need)
            here = reverse(to, args=[number])
            return answered(request, lambda: verb(request, dossier, by_of(request), **given), to=here)

        return told

    return declare


def answered(request: HttpRequest, verb: Callable[[], str], *, to: str) -> HttpResponse:
    """Does it, and tells what was done or why nothing was, on the page `to`."""
    try:
        said = verb()
    except (NotKnown, NotForYou):
        raise
    except (BadInput, NotAllowed, Damaged) as error:
        messages.error(request, sentence(error))
        return see_other(to)
    return done(request, said, to=to)


def moved(dossier: Dossier, before: tuple[int, str], otherwise: str) -> str:
    """What a statement did to the place of the dossier: P2 → P0 because …; else what was done. before: its level and reasons."""
    if dossier.level == before[0]:
        return otherwise
    known = before[1].split()
    because = [reason_title(code) for code in dossier.reasons.split() if code not in known]
    return f"{otherwise} {moved_sentence(before[0], dossier.level, because)}"


def place_of(dossier: Dossier) -> tuple[int, str]:
    """Level and reasons as they are, for `moved`."""
    return dossier.level, dossier.reasons
