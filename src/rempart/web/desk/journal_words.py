"""Everything that the journal can hold, in words: acts on reports and dossiers, and on people and accounts."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy as _of

from rempart.web.desk.dossier_words import DONE as ON_DOSSIERS
from rempart.web.entrance import journal as accounts

DONE: Mapping[str, str | Promise] = {
    **ON_DOSSIERS,
    "searched": _of("done", "reports searched"),
    "list_imported": _of("done", "list of known files brought in"),
    "list_removal_asked": _of("done", "removal of a list of known files asked for"),
    "list_removed": _of("done", "list of known files removed"),
    "limit_lifted": _of("done", "limit of reading lifted"),
    "organisation_made": _of("done", "organisation made"),
    "person_made": _of("done", "person made"),
    "role_granted": _of("done", "role given"),
    "role_ended": _of("done", "role ended"),
    accounts.ENTERED: _of("done", "entered the desk"),
    accounts.LEFT: _of("done", "left the desk"),
    accounts.PASSWORD_CHANGED: _of("done", "password changed"),
    accounts.FACTOR_ADDED: _of("done", "second factor added"),
    accounts.FACTOR_RENAMED: _of("done", "second factor renamed"),
    accounts.FACTOR_REMOVED: _of("done", "second factor removed"),
    accounts.CODES_RENEWED: _of("done", "recovery codes made anew"),
    accounts.CODES_KEPT: _of("done", "recovery codes kept"),
    accounts.SESSIONS_ENDED: _of("done", "other sessions ended"),
    accounts.ACCOUNT_MADE: _of("done", "account of the desk made"),
    accounts.ACCOUNT_RESET: _of("done", "account of the desk reset"),
}
