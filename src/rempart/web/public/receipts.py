"""What follows a receipt: the page that says whom to call now, and the proof of filing, which says nothing of the report."""

import logging

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from rempart.errors import RempartError
from rempart.intake.advice import advise
from rempart.intake.paths import warning
from rempart.intake.receipt import NoSuchCode, lookup_of, read_code
from rempart.web.proofs import proof_of
from rempart.web.public.chrome import not_that_way, page, shown_advice
from rempart.web.public.languages import language
from rempart.web.public.means import this_site
from rempart.web.public.pages import not_found
from rempart.web.public.sending import FILED_SALT, untrusted_situation

_LOG = logging.getLogger("rempart.public")


def end(request: HttpRequest) -> HttpResponse:
    """Whom to call now, in this situation."""
    if refused := not_that_way(request, "GET", "HEAD", "POST"):
        return refused
    lang, situation = language(), untrusted_situation(request.POST.dict())
    shown = {
        "advice": shown_advice(advise(situation), lang),
        "is_child": situation.by_child,
        "warnings": []
        if situation.by_child
        else [warning(name).told_in(lang) for name in ("no_publish", "not_a_complaint")],
    }
    return page("end", context=shown)


def forget(request: HttpRequest) -> HttpResponse:
    """An empty answer that asks the browser to drop what it keeps of this site; loaded beside the last page, which it does not delay."""
    response = HttpResponse(status=204)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def proof(request: HttpRequest) -> HttpResponse:
    """A file that shows that something was filed, and nothing of it: the ledger's proof when there is one, else a plain text."""
    if refused := not_that_way(request, "POST"):
        return refused
    try:
        code = read_code(request.POST.get("code", ""))
    except NoSuchCode:
        return not_found(request)
    if signed := _signed_proof(code):
        return _file(signed, name="document.tlog-proof")
    return _file(_plain_proof(code, request.POST.get("filed", "")).encode(), name="document.txt")


def _signed_proof(code: str) -> bytes | None:
    """The ledger's own proof; None while the leaf waits for its signature, and when the ledger cannot be read just now."""
    try:
        return proof_of(code, site=this_site())
    except (OSError, RempartError) as error:
        _LOG.error("proof not given: %s", type(error).__name__)
        return None


def _plain_proof(code: str, untrusted_filed: str) -> str:
    """Day and commitments. The code cannot be found from them; who has the code, and the words, can show that they match."""
    lines = [_("Proof of filing"), "", f"sha256(code) {lookup_of(code).hex()}"]
    try:
        day, words = signing.loads(untrusted_filed, salt=FILED_SALT)
        lines[1:2] = ["", _("Day: {day}").format(day=day)]
        lines.append(f"hmac-sha256(code, report) {words}")
    except (signing.BadSignature, ValueError):
        pass  # asked from the mailbox, which does not know the day
    lines += [
        "",
        _(
            "This file holds neither the code nor the report. The signed proof of the ledger can be fetched later with the code."
        ),
    ]
    return "\r\n".join([*lines, ""])


def _file(content: bytes, *, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
