"""Exports that come with a form: sealed into the vault at once, or refused with a sentence that says what to give instead."""

import logging

from django.db import Error as DatabaseError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from rempart.errors import RempartError
from rempart.evidence.vault import Vault
from rempart.intake.answers import Problem
from rempart.intake.paths import Text
from rempart.web.public.languages import language
from rempart.web.public.means import config, recipients, this_site
from rempart.web.public.state import Form, with_files
from rempart.web.uploads import HeldUpload, RefusedUpload, accept_exports
from rempart.wording import wording

FIELD = "export"
_LOG = logging.getLogger("rempart.public")


def take_files(request: HttpRequest, form: Form, *, go: str) -> tuple[Form, Problem | None]:
    """The form with the files that came; or the form as it was, and why they are not taken.

    go: the button pressed. It stands behind the file in the form: without it the file was cut at the limit of the site.
    """
    words = wording(language())
    if not go:
        size = words.size(config().max_upload_bytes)
        return form, _problem(form, _("This file is larger than {size}. Nothing of it was kept.").format(size=size))
    uploads = [upload for upload in request.FILES.getlist(FIELD) if isinstance(upload, HeldUpload) and upload.size]
    if not uploads or go == "skip":
        return form, None
    try:
        accepted = accept_exports(
            uploads, profile=config().profile, vault=Vault(this_site().exhibits), recipients=recipients()
        )
    except RefusedUpload as error:
        return form, _problem(form, words.error(error))
    except (DatabaseError, OSError, RempartError) as error:
        _LOG.error("file not kept: %s", type(error).__name__)
        return form, _problem(
            form, _("The file could not be kept. Your answers are still here: try again, or tell it in words.")
        )
    return with_files(form, accepted), None


def _problem(form: Form, sentence: str) -> Problem:
    text = sentence.replace("{", "{{").replace("}", "}}")
    return Problem(screen=form.at, field=FIELD, sentence=Text(en=text, fr=text))
