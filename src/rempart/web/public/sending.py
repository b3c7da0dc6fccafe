"""Sends a finished form: the receipt is the direct answer, given only once the report is on the disk; the same form gives it again.

What the receipt page carries on says nothing of the words: the few enums that choose the advice, and what a proof of filing needs.
"""

import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import replace

import msgspec
from django.core import signing
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from rempart.errors import RempartError
from rempart.intake.advice import Situation, situation_of
from rempart.intake.answers import read_answers
from rempart.intake.report import Report, encode
from rempart.web import lanes
from rempart.web.door.actions import Door, Lane, Sender, receive_report, save_draft
from rempart.web.public.chrome import page
from rempart.web.public.languages import language
from rempart.web.public.means import means
from rempart.web.public.proof import PROOFS, form_of
from rempart.web.public.screens import screen_page
from rempart.web.public.state import Form

FILED_SALT = "rempart.receipt.filed"
_LOG = logging.getLogger("rempart.public")


def send(request: HttpRequest, form: Form) -> HttpResponse:
    """The receipt of a form; or the form again, with what to mend or that the site could not keep it just now."""
    if not form.has_token:
        notice = _("The form was incomplete and nothing was sent. Please press “Send” once more.")
        return screen_page(form, notice=notice, status=400)
    report = read_answers(form.answers, given=form.given(language()))
    if not isinstance(report, Report):
        first = report[0].screen
        here = [problem for problem in report if problem.screen == first]
        return screen_page(replace(form, at=first, to_review=True), problems=here, status=400)
    try:
        return _receipt(report, form, lane=_lane(request, form))
    except (DatabaseError, OSError, RempartError) as error:
        _LOG.error("report not kept: %s", type(error).__name__)
        notice = _(
            "Your report could not be kept just now. Your answers are still on this page: "
            "wait a minute, then press “Send” again. In danger, call 17 or 112."
        )
        return screen_page(form, notice=notice, status=503)


def keep_step(request: HttpRequest, form: Form, report: Report | None) -> None:
    """Keeps an unfinished form of a person who agreed; when that fails the form goes on."""
    if report is None or not form.has_token or _is_flooding(request):
        return
    try:
        save_draft(report, token=bytes.fromhex(form.token), means=means())
    except (DatabaseError, OSError, RempartError) as error:
        _LOG.error("step not kept: %s", type(error).__name__)


def untrusted_situation(untrusted: Mapping[str, str]) -> Situation:
    """The situation that a receipt page sent on; the general one for anything else."""
    try:
        return msgspec.convert(
            {name: untrusted[name] for name in Situation.__struct_fields__ if name in untrusted},
            Situation,
            strict=False,
        )
    except msgspec.ValidationError:
        return Situation()


def _receipt(report: Report, form: Form, *, lane: Lane) -> HttpResponse:
    world = means()
    receipt = receive_report(
        report,
        token=bytes.fromhex(form.token),
        sender=Sender(door=Door.FORM, lane=lane),
        means=world,
        exhibits=form.files.exhibits,
    )
    sealed_words = hmac.digest(receipt.code.encode("ascii"), encode(report), hashlib.sha256).hex()
    filed = signing.dumps([world.at.date().isoformat(), sealed_words], salt=FILED_SALT)
    situation = msgspec.to_builtins(situation_of(report))
    return page(
        "receipt",
        context={
            "code": receipt.code,
            "groups": receipt.code.split("-"),
            "is_child": report.reporter == "child",
            "filed": filed,
            "situation": [(name, str(value).lower()) for name, value in situation.items()],
        },
    )


def _lane(request: HttpRequest, form: Form) -> Lane:
    """Whoever paid with work is read first, also from a source that sends very much; nobody is refused."""
    if PROOFS.accept(request.POST.get("altcha", ""), form=form_of(form.token)):
        lanes.credit(request.META)
        return Lane.PROVEN
    return Lane.FLOOD if _is_flooding(request) else Lane.PLAIN


def _is_flooding(request: HttpRequest) -> bool:
    return request.META.get(lanes.LANE) == lanes.FLOOD
