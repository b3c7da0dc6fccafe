"""The mailbox: who has the code sees how far the report is, reads answers and writes. The code travels in forms only.

A code that was never given out, one with a slip that still looks like a code, and one whose report is closed get the same bytes.
"""

import logging

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from rempart.errors import RempartError
from rempart.intake.receipt import NoSuchCode, read_code
from rempart.web.door.actions import MAX_MESSAGE_CHARS, NothingToSend, post_message
from rempart.web.door.queries import read_mailbox
from rempart.web.public.chrome import not_that_way, page
from rempart.web.public.languages import language
from rempart.web.public.means import means
from rempart.wording import wording

_LOG = logging.getLogger("rempart.public")


def mailbox(request: HttpRequest) -> HttpResponse:
    """Asks for the code; or shows what it opens."""
    if refused := not_that_way(request, "GET", "HEAD", "POST"):
        return refused
    if request.method != "POST":
        return page("mailbox", context={})
    try:
        code = read_code(request.POST.get("code", ""))
    except NoSuchCode as error:
        return page("mailbox", context={"problem": wording(language()).error(error)}, status=400)
    view = read_mailbox(code)
    if view is None:
        return page("mailbox", context={"is_closed": True})
    context: dict[str, object] = {"code": code, "most_chars": MAX_MESSAGE_CHARS}
    if request.POST.get("go") == "write":
        context |= _write(code, request.POST.get("message", ""))
        view = read_mailbox(code) or view
    status = 400 if context.get("problem") else 503 if context.get("failed") else 200
    return page("mailbox_open", context={**context, "view": view}, status=status)


def _write(code: str, untrusted_text: str) -> dict[str, object]:
    """Keeps a message; what the page then says."""
    text = untrusted_text.replace("\r\n", "\n")
    if len(text) > MAX_MESSAGE_CHARS:
        told = _("This message is longer than {most} signs. Shorten it, or send it in two parts.")
        return {"problem": told.format(most=MAX_MESSAGE_CHARS), "message": text}
    try:
        post_message(code, text, means=means())
    except NothingToSend as error:
        return {"problem": wording(language()).error(error)}
    except (DatabaseError, OSError, RempartError) as error:
        _LOG.error("message not kept: %s", type(error).__name__)
        return {"failed": True, "message": text}
    return {"is_sent": True}
