"""What the verbs of the desk's pages share: who acts with which reason and when, and where they go afterwards."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from rempart.errors import BadInput
from rempart.web.cases.events import Act, Motive, Subject, record
from rempart.web.cases.reports import By
from rempart.web.desk.declaring import actor, back
from rempart.web.desk.motives import keep_motive, read_motive
from rempart.web.desk.rows import Option
from rempart.web.desk.words import MOTIVES

MAX_NOTE_CHARS = 200


class NoMotive(BadInput):
    """Nobody looks without saying why."""


class NotSure(BadInput):
    """A grave act was not confirmed."""


def by_of(request: HttpRequest) -> By:
    """Who sent this form, when, and the reason in it."""
    return By(actor=actor(request), at=datetime.now(UTC), reason=request.POST.get("reason", ""))


def require_sure(request: HttpRequest) -> None:
    """The tick of a grave act. Raises: NotSure."""
    if request.POST.get("sure") != "1":
        raise NotSure("Tick that you are sure. Nothing was changed.")


def done(request: HttpRequest, sentence: str, *, to: str = "", is_warning: bool = False) -> HttpResponse:
    """Tells what was done, on the page that the form names, or on `to`."""
    messages.add_message(request, messages.WARNING if is_warning else messages.SUCCESS, sentence)
    return see_other(to or back(request))


def see_other(url: str) -> HttpResponse:
    """303: the answer to a form is another page, which can be loaded again without sending the form again."""
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    return answer


def ask_motive(request: HttpRequest, *, number: str, url: str) -> HttpResponse:
    """The page that asks why somebody opens something; nothing of it is shown yet."""
    options = tuple(Option(value=str(motive), label=str(label)) for motive, label in MOTIVES.items())
    return render(request, "desk/report_motive.html", {"subject": number, "motives": options, "url": url})


def take_motive(request: HttpRequest, subject: Subject) -> Motive:
    """Keeps the motive of a form for the working day, and a note to it in the journal. Raises: NoMotive."""
    by, motive = by_of(request), read_motive(request)
    if motive is None or subject.id is None:
        raise NoMotive("Choose why you open this. Nothing was opened.")
    keep_motive(request, subject.id, motive=motive, now=by.at)
    note = request.POST.get("note", "").strip()[:MAX_NOTE_CHARS]
    if note:
        said = {"note": note}
        record(
            Act(action="motive_told", actor=by.actor.pseudonym, at=by.at, motive=str(motive), payload=said),
            subject=subject,
        )
    return motive
