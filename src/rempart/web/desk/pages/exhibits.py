"""Verbs on the exhibits of a dossier, and the bag of them for an authority. Nothing of a file is shown."""

import logging
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.db import Error as DatabaseError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rempart.errors import BadInput, Damaged, NotAllowed, RempartError
from rempart.evidence.vault import Vault
from rempart.web.cases import analyses, care, exhibits
from rempart.web.cases.dossiers import missing_points
from rempart.web.cases.handover import hand_over
from rempart.web.cases.models import Dossier
from rempart.web.cases.reports import By
from rempart.web.desk.acting import by_of, require_sure, see_other
from rempart.web.desk.declaring import actor, page, sentence
from rempart.web.desk.dossier_frame import Context, Look, dossier_act, look_at
from rempart.web.desk.rows import Verb
from rempart.web.people.access import access_dossier
from rempart.web.people.roles import Permission
from rempart.web.people.signing_in import sudo
from rempart.web.public.languages import language
from rempart.web.public.means import means, recipients, this_site
from rempart.web.uploads import HeldUpload, RefusedUpload, accept_exports
from rempart.wording import wording

FIELD = "export"
_LOG = logging.getLogger("rempart.desk")


class NoFile(BadInput):
    """A form without a file, or with one that was cut at the limit of the site."""


class NotKeptNow(Damaged):
    """The disk or the database could not keep the file."""


@dossier_act(Permission.ADD_EXHIBIT, to="dossier_exhibits")
def add(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """Conversation exports, through the same gate as the public form: sealed at once, or refused with what to give instead."""
    uploads = [upload for upload in request.FILES.getlist(FIELD) if isinstance(upload, HeldUpload) and upload.size]
    if not uploads or request.POST.get("go") != "add":
        size = wording(language()).size(this_site().config.max_upload_bytes)
        raise NoFile("No file came, or it is larger than {size}. Nothing was kept.", size=size)
    try:
        accepted = accept_exports(
            uploads,
            profile=this_site().config.profile,
            vault=Vault(this_site().exhibits),
            recipients=recipients(),
        )
        names = exhibits.keep_uploads(dossier, accepted, by=by, means=means())
    except RefusedUpload:
        raise
    except (DatabaseError, OSError, RempartError) as error:
        _LOG.error("exhibit not kept: %s", type(error).__name__)
        raise NotKeptNow("The file could not be kept just now. Nothing was changed; try again in a minute.") from error
    return _("Sealed and kept: {names}.").format(names=", ".join(names))


@dossier_act(Permission.ADD_EXHIBIT, to="dossier_exhibits")
def take_over(request: HttpRequest, dossier: Dossier, by: By) -> str:
    """A file that came with a report of the dossier becomes an exhibit."""
    exhibits.take_over(dossier, address=request.POST.get("address", ""), by=by, means=means())
    return _("The file is an exhibit of the dossier.")


@dossier_act(Permission.ADD_EXHIBIT, to="dossier_exhibits")
def check(request: HttpRequest, dossier: Dossier, by: By, *, exhibit: UUID) -> str:
    """Reads the sealed bytes again and says whether they are those that were kept."""
    if exhibits.check_exhibit(dossier, exhibit, by=by):
        return _("The sealed bytes are those that were kept, to the last one.")
    raise NotKeptNow("Nothing lies under the address of this exhibit. Take it from the backup; the answer was noted.")


@dossier_act(Permission.ANALYSE, to="dossier_exhibits")
def analyse(request: HttpRequest, dossier: Dossier, by: By, *, exhibit: UUID) -> str:
    """Asks the worker to read an exhibit; one that somebody has assessed only with a reason."""
    item = exhibits.exhibit_of(dossier, exhibit)
    care.require_unseen("file", item.text("sha256"), by=by)
    analyses.ask(dossier, exhibit=item.text("address"), by=by)
    return _("The analysis was asked for. Its progress is shown here.")


@page(Permission.EXPORT, methods=("GET", "POST"))
@sudo
def export(request: HttpRequest, number: int) -> HttpResponse:
    """The last question before the exhibits leave the house; then the bag, once, as a file."""
    dossier = access_dossier(actor(request), number, need=Permission.EXPORT)
    if request.method != "POST":
        return look_at(request, dossier, name="dossier_export", fill=_before_export)
    by = by_of(request)
    try:
        require_sure(request)
        made = hand_over(dossier, by=by, site=this_site())
    except (BadInput, NotAllowed, Damaged) as error:
        return _refused(request, number, sentence(error))
    except OSError as error:
        _LOG.error("bag not made: %s", type(error).__name__)
        return _refused(request, number, _("The bag could not be written just now. Nothing left the house; try again."))
    answer = FileResponse(made.file, as_attachment=True, filename=f"D-{number:06d}.zip", content_type="application/zip")
    answer.headers["Content-Length"] = str(made.size_bytes)
    answer.headers["Rempart-Seal"] = made.seal
    return cast("HttpResponse", answer)  # a stream is none; nothing around a page asks for more than both have


def _refused(request: HttpRequest, number: int, said: str) -> HttpResponse:
    messages.error(request, said)
    return see_other(reverse("dossier_export", args=[number]))


def _before_export(request: HttpRequest, look: Look) -> Context:
    told = look.read.contents
    missing, number, count = len(missing_points(told)), look.dossier.number, len(told.exhibits)
    facts = [
        ngettext(
            "%(count)s exhibit leaves the house, unsealed.", "%(count)s exhibits leave the house, unsealed.", count
        )
        % {"count": count},
        _("The bag holds them byte for byte, with their custody, their proofs in the ledger and a program that checks them without Rempart."),
        _("The journal keeps who took it, why, and the seal of the bag."),
    ]  # fmt: skip
    verb = Verb(
        key="export",
        url=reverse("dossier_export", args=[number]),
        label=_("Make the bag and download it"),
        reason_label=_("To whom, and why (required)"),
        confirm=_("Yes, these exhibits may leave the house"),
    )
    return {
        "verb": verb,
        "facts": facts,
        "back_url": reverse("dossier_exhibits", args=[number]),
        "missing": missing,
        "review_url": reverse("dossier_review", args=[number]),
        "exhibits": count,
    }
